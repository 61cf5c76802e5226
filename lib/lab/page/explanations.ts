import type { TransportName } from '../../client/index.ts';

export interface Explanation {
  readonly label: string;
  /** How it works, in a sentence or two. */
  readonly how: string;
  /** What a message costs when everything goes well. */
  readonly cost: string;
  /** What the document says that makes it work. */
  readonly rule: string;
  readonly source: readonly [title: string, url: string];
}

export const EXPLANATIONS: Readonly<Record<TransportName, Explanation>> = {
  websocket: {
    label: 'WebSocket',
    how: 'One connection that both sides write to whenever they like. Each message is one stanza.',
    cost: 'No request for a message.',
    rule: 'Every WebSocket message holds exactly one complete element, and nothing but it (§3.3.3).',
    source: ['RFC 7395', 'https://www.rfc-editor.org/rfc/rfc7395#section-3.3'],
  },
  sse: {
    label: 'Server-Sent Events',
    how: 'One response without an end brings events; what the page says goes with POST requests.',
    cost: 'One request for each message that is sent, none for one that comes.',
    rule: 'An event is lines of “data:” up to an empty line; its “id:” says where to go on after a break (§9.2).',
    source: ['HTML, Server-sent events', 'https://html.spec.whatwg.org/multipage/server-sent-events.html'],
  },
  stream: {
    label: 'HTTP streaming',
    how: 'As Server-Sent Events, without their form: each line of an endless response is one stanza.',
    cost: 'One request for each message that is sent, none for one that comes.',
    rule: 'The server keeps a response open and sends what it has in pieces; a proxy that gathers them spoils it (§3).',
    source: ['RFC 6202', 'https://www.rfc-editor.org/rfc/rfc6202#section-3'],
  },
  'long-poll': {
    label: 'Long polling',
    how: 'The page asks, and the server answers when it has something. Then the page asks again.',
    cost: 'One request to send, and one to be told; a message just after another waits for up to three transits.',
    rule: 'The server holds a request until there is news or a time is over, and is asked again at once (§2).',
    source: ['RFC 6202', 'https://www.rfc-editor.org/rfc/rfc6202#section-2'],
  },
  bosh: {
    label: 'BOSH',
    how: 'The server always holds one request. What the page sends goes with a second, and frees the first.',
    cost: 'One request for a message in both directions together, and here another one: a session that may move acknowledges stanzas, too (XEP-0198).',
    rule: 'The server answers a held request as soon as it has something, and never holds more than “hold” at once (§11).',
    source: ['XEP-0124', 'https://xmpp.org/extensions/xep-0124.html#overactive'],
  },
  poll: {
    label: 'Polling',
    how: 'The page asks every two seconds, and is answered at once, mostly with nothing.',
    cost: 'Requests even when nothing is said; a message waits for half the interval on average.',
    rule: 'Asking in short intervals costs an exchange each time, whether or not there is news (§2.1).',
    source: ['RFC 6202', 'https://www.rfc-editor.org/rfc/rfc6202#section-2.1'],
  },
};
