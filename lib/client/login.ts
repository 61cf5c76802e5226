import { escapeText, serialize, xml, type Element } from '../xml/index.ts';
import { NS_BIND, NS_CLIENT, NS_SASL } from '../xmpp/ns.ts';
import { management, WITH_HANDOVER } from './elements.ts';
import { Refused } from './refused.ts';
import { encode, Scram, SCRAM, type ScramName } from './scram.ts';

/** Who logs in; without a name a guest does (SASL ANONYMOUS). */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** What the resource should be called. */
  readonly resource?: string | undefined;
}

/** A stream while it is being negotiated. */
export interface Negotiation {
  /** The next element. @throws Error when there will be none */
  next(): Promise<Element>;
  send(xml: string): void;
  /** Opens the stream again. */
  restart(): void;
}

/** Logs in, from the features of a new stream to those of a restarted one. @throws Refused @spec RFC 6120 §6 */
export async function authenticate(stream: Negotiation, credentials: Credentials): Promise<void> {
  const features = await named(stream, 'stream:features');
  const offered =
    features
      .child('mechanisms', NS_SASL)
      ?.getChildElements()
      .map(({ text }) => text) ?? [];
  const { username, password = '' } = credentials;
  if (username === undefined) await simple(stream, 'ANONYMOUS', '');
  else {
    const scram = Object.keys(SCRAM).find((name): name is ScramName => offered.includes(name));
    if (scram && crypto.subtle) await viaScram(stream, scram, new Scram(scram, username, password));
    else await simple(stream, 'PLAIN', encode(`\0${username}\0${password}`));
  }
  stream.restart();
  await named(stream, 'stream:features');
}

/** Binds a resource, and lets the session be moved. @returns the full address @throws Refused @spec RFC 6120 §7 @spec XEP-0198 §3 */
export async function bind(stream: Negotiation, { resource }: Credentials): Promise<string> {
  const wish = resource === undefined ? '' : `<resource>${escapeText(resource)}</resource>`;
  stream.send(`<iq xmlns='${NS_CLIENT}' type='set' id='bind'><bind xmlns='${NS_BIND}'>${wish}</bind></iq>`);
  const result = await named(stream, 'iq');
  const jid = result.child('bind', NS_BIND)?.child('jid', NS_BIND)?.text;
  if (jid === undefined) throw new Refused(conditionOf(result.child('error', NS_CLIENT) ?? result));
  stream.send(management('enable', { resume: 'true', ...WITH_HANDOVER }));
  await named(stream, 'enabled');
  return jid;
}

async function simple(stream: Negotiation, mechanism: string, initial: string): Promise<void> {
  stream.send(auth(mechanism, initial));
  await success(stream);
}

async function viaScram(stream: Negotiation, mechanism: string, scram: Scram): Promise<void> {
  stream.send(auth(mechanism, scram.first));
  const challenge = await stream.next();
  if (challenge.name !== 'challenge') throw new Refused(conditionOf(challenge));
  stream.send(serialize(xml('response', { xmlns: NS_SASL }, await scram.answer(challenge.text))));
  if (!scram.isGenuine((await success(stream)).text)) throw new Refused('the server does not know the password');
}

function auth(mechanism: string, initial: string): string {
  return serialize(xml('auth', { xmlns: NS_SASL, mechanism }, initial));
}

async function success(stream: Negotiation): Promise<Element> {
  const answer = await stream.next();
  if (answer.name !== 'success') throw new Refused(conditionOf(answer));
  return answer;
}

/** The next element of this name. @throws Refused when the server says that there will be none */
export async function named(stream: Negotiation, name: string): Promise<Element> {
  for (;;) {
    const element = await stream.next();
    if (element.name === name) return element;
    if (element.name === 'failed' || element.name === 'stream:error') throw new Refused(conditionOf(element));
  }
}

/** The name of the condition inside an error. */
export function conditionOf(error: Element): string {
  return error.getChildElements()[0]?.getName() ?? error.getName();
}
