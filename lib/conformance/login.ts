import type { Element } from '../xml/index.ts';
import { NS_BIND, NS_CLIENT, NS_SASL, NS_SESSION, NS_STREAM, NS_XBOSH } from '../xmpp/ns.ts';
import { payloadsOf, type Attributes, type Caller } from './caller.ts';
import { NotObservable, Violation } from './check.ts';
import { saslClient, type Credentials } from './sasl-client.ts';

/** Creates a session and takes it through SASL and resource binding. Returns the full JID. */
export async function logIn(caller: Caller, credentials: Credentials, attributes: Attributes = {}): Promise<string> {
  await caller.create(attributes);
  if (caller.sid === undefined) throw new Violation('a session', caller.created?.text);
  return logInStream(caller, await firstFeatures(caller), credentials, String(attributes['xml:lang'] ?? 'en'));
}

/** The same for the stream that the caller speaks on, whose features have come. */
export async function logInStream(
  caller: Caller,
  offered: Element,
  credentials: Credentials,
  lang = 'en',
): Promise<string> {
  await authenticate(caller, offered, credentials);
  const features = await restart(caller, { 'xml:lang': lang });
  const jid = await bind(caller);
  if (needsSession(features)) await iq(caller, 'session', `<session xmlns="${NS_SESSION}"/>`);
  return jid;
}

/** The features of the stream: in the creation response, or in a later one. @spec XEP-0206 §4 X-4-06 */
export async function firstFeatures(caller: Caller): Promise<Element> {
  const early = caller.created ? payloadsOf(caller.created).find(isFeatures) : undefined;
  return early ?? caller.fetch('', isFeatures);
}

export function mechanismsOf(features: Element): string[] {
  const mechanisms = features.child('mechanisms', NS_SASL);
  return mechanisms?.getChildElements().map((mechanism) => mechanism.text) ?? [];
}

export async function authenticate(caller: Caller, features: Element, credentials: Credentials): Promise<void> {
  const offered = mechanismsOf(features);
  const sasl = saslClient(offered, credentials);
  if (!sasl) throw new NotObservable(`no way to log in: the server offers ${offered.join(', ') || 'nothing'}`);
  const initial = sasl.initial === '' ? '' : encode(sasl.initial);
  let next = `<auth xmlns="${NS_SASL}" mechanism="${sasl.mechanism}">${initial}</auth>`;
  for (;;) {
    const answer = await caller.fetch(next, (payload) => payload.getNS() === NS_SASL);
    if (answer.getName() === 'success') return;
    if (answer.getName() !== 'challenge') throw new NotObservable(`the server refuses the login: ${answer.toString()}`);
    next = `<response xmlns="${NS_SASL}">${encode(sasl.respond(decode(answer.text)))}</response>`;
  }
}

/** @spec XEP-0206 §5 X-5-03 X-5-04 X-5-05 */
export async function restart(caller: Caller, attributes: Attributes = {}): Promise<Element> {
  const answer = await caller.ask('', {
    to: caller.options.domain,
    'xml:lang': 'en',
    'xmlns:xmpp': NS_XBOSH,
    'xmpp:restart': 'true',
    ...attributes,
  });
  return payloadsOf(answer).find(isFeatures) ?? caller.fetch('', isFeatures);
}

export async function bind(caller: Caller): Promise<string> {
  const result = await iq(caller, 'bind', `<bind xmlns="${NS_BIND}"/>`);
  const jid = result.child('bind', NS_BIND)?.child('jid', NS_BIND)?.text;
  if (jid === undefined) throw new NotObservable(`no resource was bound: ${result.toString()}`);
  return jid;
}

/** Asks the server something and waits for the result. */
export async function iq(caller: Caller, id: string, inner: string, type = 'set'): Promise<Element> {
  const request = `<iq xmlns="${NS_CLIENT}" type="${type}" id="${id}">${inner}</iq>`;
  return caller.fetch(request, (payload) => payload.getName() === 'iq' && payload.attrs['id'] === id);
}

export function isFeatures(payload: Element): boolean {
  return payload.getName() === 'features' && payload.getNS() === NS_STREAM;
}

function needsSession(features: Element): boolean {
  const session = features.child('session', NS_SESSION);
  return session !== undefined && !session.child('optional', NS_SESSION);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
