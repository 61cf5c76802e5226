/** What the requests of the model say, as text, and what their answers mean. */

/** The rid of every creation request; rids in plans count from it. */
const FIRST_RID = 1000;

const HTTPBIND = "xmlns='http://jabber.org/protocol/httpbind'";

/** A request as a client would word it. `rid` counts from the creation request. */
export interface Words {
  readonly rid: number;
  /** Ids of the stanzas in it. */
  readonly payloads: readonly string[];
  /** Counted like `rid`. */
  readonly ack?: number | undefined;
  /** Seconds. */
  readonly pause?: number | undefined;
  readonly terminate?: boolean;
  readonly restart?: boolean;
  /** The label of a stream. B-16.4-02 */
  readonly stream?: string | undefined;
  /** Asks for another stream, to this domain. B-16.3-01 */
  readonly to?: string | undefined;
  /** B-15.4-02; a client that has keys says so at creation. */
  readonly key?: string | undefined;
  /** B-15.4-01, B-15.5-02 */
  readonly newKey?: string | undefined;
}

/** What is asked for at creation. */
export interface Wishes {
  readonly wait: number;
  readonly hold: number;
  readonly ver: string;
  readonly acks: boolean;
}

export function creationText({ wait, hold, ver, acks }: Wishes, newKey?: string): string {
  const ack = (acks ? " ack='1'" : '') + (newKey === undefined ? '' : ` newkey='${newKey}'`);
  return `<body ${HTTPBIND} rid='${FIRST_RID}' to='example.com' wait='${wait}' hold='${hold}' ver='${ver}'${ack}/>`;
}

export function requestText(sid: string, words: Words): string {
  let head = `<body ${HTTPBIND} rid='${FIRST_RID + words.rid}' sid='${sid}'`;
  if (words.stream !== undefined) head += ` stream='${nameOf(words.stream)}'`;
  if (words.to !== undefined) head += ` to='${words.to}'`;
  if (words.ack !== undefined) head += ` ack='${FIRST_RID + words.ack}'`;
  if (words.pause !== undefined) head += ` pause='${words.pause}'`;
  if (words.key !== undefined) head += ` key='${words.key}'`;
  if (words.newKey !== undefined) head += ` newkey='${words.newKey}'`;
  if (words.terminate) head += " type='terminate'";
  if (words.restart) head += " xmlns:xmpp='urn:xmpp:xbosh' xmpp:restart='true'";
  return `${head}>${words.payloads.map((id) => `<message id='${id}'/>`).join('')}</body>`;
}

/** `rid 3 (a b) stream=B pause=5` */
export function describeWords(words: Words): string {
  const { rid, payloads, stream, to, ack, pause, terminate, restart, key, newKey } = words;
  const parts = [`rid ${rid}`];
  if (payloads.length > 0) parts.push(`(${payloads.join(' ')})`);
  if (stream !== undefined) parts.push(`stream=${stream}`);
  if (to !== undefined) parts.push(`to=${to}`);
  if (ack !== undefined) parts.push(`ack=${ack}`);
  if (pause !== undefined) parts.push(`pause=${pause}`);
  if (terminate) parts.push('terminate');
  if (restart) parts.push('restart');
  if (key !== undefined) parts.push(`key=${key.slice(0, 4)}`);
  if (newKey !== undefined) parts.push(`newkey=${newKey.slice(0, 4)}`);
  return parts.join(' ');
}

export interface Reading {
  /** `payload` also when there is none. */
  readonly is: 'payload' | 'error' | 'terminate';
  readonly condition: string | undefined;
  /** Ids of the payloads. */
  readonly ids: readonly string[];
  /** The label of a stream. */
  readonly stream: string | undefined;
  /** Where a stream opens: with whom. */
  readonly from: string | undefined;
  readonly ack: number | undefined;
  readonly report: number | undefined;
  readonly time: number | undefined;
}

const ATTRIBUTE = / (\w+)='([^']*)'/g;
const ID = / id='([^']*)'/g;

/** Reads an answer without a parser of the project. */
export function readAnswer(text: string): Reading {
  const end = text.indexOf('>');
  const attributes = Object.fromEntries(
    [...text.slice(0, end).matchAll(ATTRIBUTE)].map(([, name, value]) => [name, value]),
  );
  const rid = (value: string | undefined): number | undefined =>
    value === undefined ? undefined : Number(value) - FIRST_RID;
  return {
    is: attributes['type'] === 'error' || attributes['type'] === 'terminate' ? attributes['type'] : 'payload',
    condition: attributes['condition'],
    ids: [...text.slice(end).matchAll(ID)].map((match) => match[1] ?? ''),
    stream: attributes['stream'] === undefined ? undefined : labelOf(attributes['stream']),
    from: attributes['from'],
    ack: rid(attributes['ack']),
    report: rid(attributes['report']),
    time: attributes['time'] === undefined ? undefined : Number(attributes['time']),
  };
}

/** `[E]`, `[P:a b] stream=B ack=3`, `[R]`, `[T:item-not-found]` */
export function describeReading({ is, condition, ids, stream, from, ack, report, time }: Reading): string {
  const content = ids.join(' ');
  const kind =
    is === 'error'
      ? '[R]'
      : is === 'terminate'
        ? `[T${condition === undefined ? '' : `:${condition}`}${content && ` ${content}`}]`
        : content
          ? `[P:${content}]`
          : '[E]';
  const extras = Object.entries({ stream, from, ack, report, time }).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${value}`,
  );
  return [kind, ...extras].join(' ');
}

/** The same of what is not empty in an answer. */
export function describeAnswer(answer: Partial<Reading>): string {
  return describeReading({ ...NOTHING, ...answer });
}

const NOTHING: Reading = {
  is: 'payload',
  condition: undefined,
  ids: [],
  stream: undefined,
  from: undefined,
  ack: undefined,
  report: undefined,
  time: undefined,
};

/** Streams are called A, B, C, …, in the order in which their names were made. */
export const FIRST_STREAM = 'A';
/** A name that was never given. */
export const NO_STREAM = 'Z';
/** Characters of a name. */
const NAME_LENGTH = 13;

/** The name of a stream as it is sent. */
export function nameOf(label: string): string {
  return label.toLowerCase().repeat(NAME_LENGTH);
}

function labelOf(name: string): string {
  const label = name.charAt(0).toUpperCase();
  return name === nameOf(label) ? label : name;
}

/** The sid in a creation response. */
export function sidOf(text: string): string {
  return / sid='([^']*)'/.exec(text)?.[1] ?? '';
}
