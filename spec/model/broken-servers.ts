import { keysOf } from './keys.ts';
import type { Sabotage } from './server.ts';
import { FIRST_STREAM, nameOf, NO_STREAM } from './wire.ts';

/** Servers that break a promise, each in one way. */
export const BROKEN: Readonly<Record<string, () => Sabotage>> = {
  'answers twice': () => ({ answer: (text) => [text, text] }),
  'now and then does not answer': () => ({
    answer: every(
      5,
      (text) => [text],
      () => [],
    ),
  }),
  'words a repeated answer anew': () => ({ answer: (text, call) => [text.replace('/>', ` n='${call.name}'/>`)] }),
  'acknowledges one too many': () => ({
    answer: (text) => [text.replace(/ ack='(\d+)'/, (_, ack: string) => ` ack='${Number(ack) + 1}'`)],
  }),
  'forgets a recoverable error': () => ({ answer: (text) => (text.includes("type='error'") ? [] : [text]) }),
  'processes a stanza twice': () => ({ forward: (id) => [id, id] }),
  'now and then loses a stanza of the client': () => ({
    forward: every(
      7,
      (id) => [id],
      () => [],
    ),
  }),
  'now and then loses a stanza for the client': () => ({
    answer: every(
      7,
      (text) => [text],
      (text) => [text.replace(/<message[^>]*>/, '')],
    ),
  }),
  'says nothing about what was not delivered': () => ({ undelivered: () => [] }),
  'repairs requests that broke off': () => ({
    request: (text) => (text.endsWith('>') ? text : text.replace(/<[^<]*$/, '</body>')),
  }),
  'does not notice pauses': () => ({ request: (text) => text.replace(/ pause='\d+'/, '') }),
  'does not notice acknowledgements': () => ({ request: (text) => text.replace(/ ack='1\d+'/, '') }),

  // ---- §15

  'does not look at keys': () => ({ request: (text) => text.replaceAll(/ (new)?key='[^']*'/g, '') }),
  'does not look at the keys of copies': () => ({ request: withFirstKeys() }),
  'takes new keys without the last of the old': () => ({ request: withKeyBesideNew }),
  'does not notice new keys': () => ({
    request: (text) => (isCreation(text) ? text : text.replace(/ newkey='[^']*'/, '')),
  }),

  // ---- §16

  'opens no other stream': () => ({ request: (text) => text.replace(/( sid='.*) to='[^']*'/, '$1') }),
  'processes what is for one stream in all': () => ({ request: (text) => text.replace(/ stream='[^']*'/, '') }),
  'processes what is for all in the first': () => ({
    request: (text) => text.replace(/( sid='[^']*')(?!.* stream=)/, `$1 stream='${A}'`),
  }),
  'processes what is for one stream in another': () => ({ request: swapNames }),
  'ends the session when one stream ends': () => ({
    request: (text) => (text.includes('terminate') ? text.replace(/ stream='[^']*'/, '') : text),
  }),
  'does not end a stream': () => ({
    request: (text) => (text.includes(' stream=') ? text.replace(" type='terminate'", '') : text),
  }),
  'ignores names that never were': () => ({ request: (text) => text.replace(nameOf(NO_STREAM), A) }),
  'says the wrong name': () => ({ answer: (text) => [text.includes(' sid=') ? text : swapNames(text)] }),
  'says no name beside payloads': () => ({
    answer: (text) => [text.includes(' from=') ? text : text.replace(/ stream='[^']*'>/, '>')],
  }),
  'names a stream in an empty answer': () => ({
    answer: (text) => [isEmpty(text) ? text.replace(' xmlns', ` stream='${A}' xmlns`) : text],
  }),
  'ends the session with the error of one stream': () => ({
    answer: (text) => [text.replace(/ stream='[^']*'( ack='\d+')?( type='terminate')/, '$2')],
  }),
  'mixes two streams in one body': () => ({ answer: mixing() }),
  'sends something of a stream after its end': () => ({ answer: afterEnd() }),
  'says about added streams nothing that was not delivered': () => ({
    undelivered: (ids, stream) => (stream === FIRST_STREAM ? ids : []),
  }),
};

const A = nameOf(FIRST_STREAM);
const B = nameOf('B');

/** The creation request, or a copy of it. */
function isCreation(request: string): boolean {
  return request.includes(" rid='1000'");
}

function isEmpty(text: string): boolean {
  return /^<body xmlns='[^']*'( ack='\d+')?\/>$/.test(text);
}

function swapNames(text: string): string {
  return text.replace(/ stream='([^']*)'/, (all, name: string) => {
    if (name !== A && name !== B) return all;
    return ` stream='${name === A ? B : A}'`;
  });
}

/** Every copy has the key of the first. */
function withFirstKeys(): (text: string) => string {
  const keys = new Map<string, string>();
  return (text) => {
    const key = / key='[^']*'/.exec(text)?.[0];
    const rid = / rid='[^']*'/.exec(text)?.[0];
    if (key === undefined || rid === undefined) return text;
    const first = keys.get(rid) ?? key;
    keys.set(rid, first);
    return text.replace(key, first);
  };
}

/** Who begins new keys need not have the old: the right one is put in for them. */
function withKeyBesideNew(text: string): string {
  if (isCreation(text) || text.includes(' key=')) return text;
  return text.replace(/( rid='1(\d+)'.*)( newkey=)/, (_, head: string, rid: string, newKey: string) => {
    return `${head} key='${keysOf(0)[Number(rid)] ?? ''}'${newKey}`;
  });
}

/** What the second stream has to say waits for an answer of the first. */
function mixing(): (text: string) => string[] {
  let kept = '';
  return (text) => {
    const messages = /<message.*\/>/.exec(text)?.[0];
    if (messages === undefined) return [text];
    if (text.includes(` stream='${B}'`)) {
      kept += messages;
      return [text.replace(messages, '')];
    }
    const mixed = text.replace(messages, messages + kept);
    kept = '';
    return [mixed];
  };
}

/** When a stream has ended, its last words come again in place of nothing. */
function afterEnd(): (text: string) => string[] {
  const last = new Map<string, string>();
  let late: string | undefined;
  return (text) => {
    const stream = / stream='[^']*'/.exec(text)?.[0] ?? '';
    const messages = /<message.*\/>/.exec(text)?.[0];
    if (messages !== undefined) last.set(stream, `${stream}>${messages}</body>`);
    if (text.includes(" type='terminate'")) late ??= last.get(stream);
    return [late !== undefined && isEmpty(text) ? text.replace('/>', late) : text];
  };
}
/** One thing as a rule, another every so many times. */
function every<A, B>(times: number, usually: (value: A) => B, now: (value: A) => B): (value: A) => B {
  let count = 0;
  return (value) => (++count % times === 0 ? now(value) : usually(value));
}
