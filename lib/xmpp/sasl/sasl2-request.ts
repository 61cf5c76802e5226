import type { Element } from '../../xml/index.ts';
import { NS_BIND2, NS_FAST, NS_SASL2, NS_SM } from '../ns.ts';

/** What a client wants once it has authenticated. @spec XEP-0388 §2.3 */
export interface Sasl2Request {
  /** What the installation of the client calls itself, in lower case. */
  readonly clientId: string | undefined;
  readonly bind: Bind2Request | undefined;
  /** `<resume/>`; it goes before `bind`. @spec XEP-0386 §3.2 */
  readonly resume: Element | undefined;
  /** The client authenticates by token. @spec XEP-0484 §3.4 */
  readonly fast: { readonly count: number | undefined; readonly isInvalidated: boolean } | undefined;
  /** The mechanism for which the client wants a token. @spec XEP-0484 §3.2 */
  readonly tokenFor: string | undefined;
}

/** @spec XEP-0386 §3.2 */
export interface Bind2Request {
  /** What the resource begins with. */
  readonly tag: string | undefined;
  /** What is to be switched on for the new session. */
  readonly features: readonly Element[];
}

/** Any version: what matters is that it is one, and not long. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
/** @spec XEP-0484 §3.4 */
const COUNT = /^\d{1,9}$/;

/** What `<authenticate/>` asks for, or what is wrong with it. */
export function readSasl2Request(element: Element): Sasl2Request | string {
  const clientId = element.child('user-agent', NS_SASL2)?.attrs['id']?.toLowerCase();
  if (clientId !== undefined && !UUID.test(clientId)) return 'the id of a user agent is a UUID';
  const fast = element.child('fast', NS_FAST)?.attrs;
  const count = fast?.['count'];
  if (count !== undefined && !COUNT.test(count)) return 'a count is a number';
  return {
    clientId,
    bind: readBind(element.child('bind', NS_BIND2)),
    resume: element.child('resume', NS_SM),
    fast: fast && {
      count: count === undefined ? undefined : Number(count),
      isInvalidated: fast['invalidate'] === 'true' || fast['invalidate'] === '1',
    },
    tokenFor: element.child('request-token', NS_FAST)?.attrs['mechanism'],
  };
}

function readBind(bind: Element | undefined): Bind2Request | undefined {
  if (!bind) return undefined;
  const features = bind.getChildElements().filter((child) => child.getNS() !== NS_BIND2);
  return { tag: bind.child('tag', NS_BIND2)?.text || undefined, features };
}
