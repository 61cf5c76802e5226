import type { Row } from '../../lib/conformance/report.ts';

/** Why a check that fails is right. */
interface Note {
  /** What the document says, in our words, and where. */
  readonly says: string;
  /** What each server does instead, by the first word of its name. */
  readonly does: Readonly<Record<string, string>>;
}

const ONE_SIZE = 'grants two requests, also to who asks for `hold="2"`';
const DROPS = 'drops it when the session ends';
const NO_404 = 'answers 200 with a condition';
const BAD_RID = 'a rid that is no number';

/** By what `nameOf` makes of a row. */
const NOTES: Readonly<Record<string, Note>> = {
  'B-5-01 a response has Date and an exact Content-Length': {
    says: 'RFC 2616 §14.18, now RFC 9110 §6.6.1: a server with a clock must send `Date`',
    does: { ejabberd: 'sends no `Date`' },
  },
  'B-5-01 Expect: 100-continue': {
    says: 'RFC 2616 §8.2.3, now RFC 9110 §10.1.1: 100 or a final status must come before the body',
    does: { Prosody: 'waits for the body without a word' },
  },
  'B-5-01 a request in chunks is taken': {
    says: 'RFC 2616 §3.6.1, now RFC 9112 §7.1: who receives must be able to read chunks; §5 only advises against sending them',
    does: { Prosody: 'takes the body for an empty one', ejabberd: 'answers 400' },
  },
  'B-5-11 Content-Type application/json': {
    says: '§5: a server should not look at the Content-Type of requests',
    does: { ejabberd: 'answers 400, "JSON is not well-formed"' },
  },
  'B-7.1-13 content is the Content-Type of every response': {
    says: '§7.1: what `content` says must be the Content-Type of all responses',
    does: { Prosody: 'always says `text/xml; charset=utf-8`', ejabberd: 'always says `text/xml; charset=utf-8`' },
  },
  'B-7.2-03 no other response has sid, wait or requests': {
    says: '§7.2: these attributes should be in no response but the first',
    does: { Prosody: 'has `sid` in every response' },
  },
  'B-7.2-05 requests is more than the hold asked for': {
    says: '§7.2: `requests` must be larger than the `hold` that the client asked for',
    does: { Prosody: ONE_SIZE, ejabberd: ONE_SIZE },
  },
  'B-7.2-10 hold is not more than was asked for': {
    says: '§7.2: `hold` must not be greater than what the client asked for',
    does: { Prosody: 'answers `hold="0"` with `hold="1"`' },
  },
  'B-8-02 payloads of requests that overtook each other are taken in rid order': {
    says: '§8: payloads must be forwarded in the order of the rids',
    does: { ejabberd: 'never forwards the payload of the request that came too early' },
  },
  'B-10-08 a pause answers what is held, and itself, at once': {
    says: '§10: all pending requests should be answered at once, that for the pause included',
    does: { ejabberd: 'answers the request that was held, but not the one for the pause' },
  },
  'B-12-03 a polling session may be silent longer': {
    says: '§12: a polling session should get a longer `inactivity`, by more than `polling`',
    does: { ejabberd: 'tells the same `inactivity`' },
  },
  'B-13-04 the oldest open request gets the end, the terminate request an empty body': {
    says: '§13: `type="terminate"` should be in the answer to the oldest request, an empty body in all others',
    does: { Prosody: 'sends `type="terminate"` in both', ejabberd: 'sends `type="terminate"` in both' },
  },
  'B-14.2-01 responses leave in the order of the rids': {
    says: '§14.2: requests that came out of order must be answered in the order of their rids',
    does: { ejabberd: 'answers the one that came late; the one that came early waits until the session is over' },
  },
  'B-14.2-03 all rids of the window are taken': {
    says: '§14.2: any rid within the window should be expected',
    does: { ejabberd: 'loses the payload of the higher rid when it comes first' },
  },
  'B-14.3-05 the newest copy of an open request takes its place': {
    says: '§14.3: the first copy should be answered with a recoverable error, `type="error"`',
    does: { Prosody: 'answers it with an empty body', ejabberd: 'answers it with an empty body' },
  },
  'B-14.3-07 a rid below the first one gets item-not-found': {
    says: '§14.3: where there is no response to send again, the answer must be `item-not-found`, for rids too small as for those too large',
    does: { ejabberd: 'gives no answer' },
  },
  'B-15.3-03 a newkey in capitals is the same key': {
    says: '§15.3: the case of letters should not count when keys are compared',
    does: { ejabberd: 'compares letter by letter, and ends the session' },
  },
  'B-17.1-01 errors are told in bodies with status 200': {
    says: '§17.1: statuses other than 200 should go to clients without `ver` only',
    does: { Prosody: `answers 500 to ${BAD_RID}`, ejabberd: `answers 400 to ${BAD_RID}` },
  },
  'B-17.1-04 a client without ver gets 400 for a bad request': {
    says: '§17.2*: a client without `ver` should get the status, which is 400 for `bad-request`',
    does: { Prosody: `answers 500 to ${BAD_RID}` },
  },
  'B-17.1-06 a client without ver gets 404 for what is not found': {
    says: '§17.2*: a client without `ver` should get the status, which is 404 for `item-not-found`',
    does: { Prosody: NO_404, ejabberd: NO_404 },
  },
  'B-17.2-03 bad-request for a wrapper that is not acceptable': {
    says: '§17.2: the condition for a wrapper in a wrong format is `bad-request`',
    does: { Prosody: `answers 500 to ${BAD_RID}`, ejabberd: `answers 400 to ${BAD_RID}` },
  },
  'X-4-02 restarts are announced': {
    says: 'XEP-0206 §4: a server that supports restarts must say `xmpp:restartlogic="true"`',
    does: { Prosody: 'restarts streams, but does not say so' },
  },
  'X-7-01 an iq that a dead session did not take comes back': {
    says: 'XEP-0206 §7: the sender of an undelivered iq should get `service-unavailable`',
    does: { Prosody: DROPS, ejabberd: DROPS },
  },
  'X-7-02 a message that a dead session did not take is kept, or comes back': {
    says: 'XEP-0206 §7: an undelivered message should be stored where that is enabled, else its sender should get an error',
    does: { Prosody: DROPS, ejabberd: DROPS },
  },
  'W-3.1-02 the subprotocol xmpp is chosen among others': {
    says: 'RFC 6455 §4.3: the server names one subprotocol of those offered',
    does: { ejabberd: 'repeats the list of the client, `foo, xmpp`' },
  },
  'W-3.2-01 a message in fragments, cut inside a character, is one message': {
    says: 'RFC 6455 §5.4: messages in fragments must be accepted; §5.6: a fragment may end inside a character',
    does: { Prosody: 'closes with 1003 at any message in fragments' },
  },
  'W-3.3.2-02 open without namespace is refused': {
    says: 'RFC 7395 §3.3.2: it must close the stream with `invalid-namespace`',
    does: { ejabberd: 'opens the stream' },
  },
  'W-3.3.2-02 open in another namespace is refused': {
    says: 'RFC 7395 §3.3.2: it must close the stream with `invalid-namespace`',
    does: { ejabberd: 'opens the stream' },
  },
};

/** What is known about the failure of a check. */
export function noteOn(server: string, row: Row): { says: string; does: string } | undefined {
  const note = NOTES[nameOf(row)];
  const does = note?.does[server.replace(/ .*/, '')];
  return note && does !== undefined ? { says: note.says, does } : undefined;
}

/** Notes on what does not fail: `Prosody: B-5-01 …`. */
export function staleNotes(failures: ReadonlySet<string>): string[] {
  const all = Object.entries(NOTES).flatMap(([name, { does }]) =>
    Object.keys(does).map((server) => `${server}: ${name}`),
  );
  return all.filter((name) => !failures.has(name));
}

export function nameOf({ id, title }: Row): string {
  return `${id} ${title}`;
}
