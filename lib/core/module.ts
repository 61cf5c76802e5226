import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Duration } from '../base/time.ts';
import type { Store } from '../storage/store.ts';
import type { Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { ClientSession } from './client-session.ts';
import type { HookMap } from './hook-map.ts';
import type { SessionRegistry } from './session-registry.ts';

/** `filter` may stop or replace and fails closed; `act` may handle; `observe` may do neither. */
export type Phase = 'filter' | 'act' | 'observe';

/** `'handled'` ends the event; `{ replace }` goes on with another stanza; nothing goes on as before. */
export type Verdict = void | 'handled' | { readonly replace: Stanza };

/** A claim to implement a document; the claims make the table of supported XEPs and the DOAP file. */
export interface Claim {
  readonly spec: string;
  readonly version?: string;
  readonly status: 'complete' | 'partial';
  readonly note?: string;
}

/** An IQ request on its way to the one handler that answers it. */
export interface IqRequest {
  readonly stanza: Stanza;
  /** The `query` or like-named child that was dispatched on. */
  readonly payload: Element;
  /** The full or bare JID that asks. */
  readonly from: Jid;
  /** The session that asks, when it is a local one. */
  readonly session: ClientSession | undefined;
  /** The account asked (for `account` handlers), undefined for the server itself. */
  readonly account: Jid | undefined;
}

/** What an IQ handler returns: the payload of the result, or nothing for an empty result. */
export type IqAnswer = Element | undefined | void;

/** Who an IQ handler speaks for: the domain, an account (its own bare JID, or no `to`), or both. */
export type IqTarget = 'server' | 'account' | 'both';

/** What a module may touch. All that is registered here is removed when the module stops. */
export interface HostContext {
  readonly domain: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly sessions: SessionRegistry;

  /** Announces a feature of the server in disco#info. */
  feature(namespace: string): void;
  /** Announces a feature of every account in disco#info of its bare JID. */
  accountFeature(namespace: string): void;

  /** Answers IQs of one type, payload namespace and payload name. A handler throws only `StanzaError`. */
  iq(
    type: 'get' | 'set',
    namespace: string,
    name: string,
    handler: (request: IqRequest) => IqAnswer | Promise<IqAnswer>,
    target?: IqTarget,
  ): void;

  hook<K extends keyof HookMap>(
    name: K,
    phase: Phase,
    handler: (event: HookMap[K]) => Verdict | Promise<Verdict>,
  ): void;

  /** Routes a stanza that carries its `from` and `to`, as if it came from that address. */
  send(stanza: Stanza): void | Promise<void>;

  /** Runs a task again and again while the module is up. */
  every(period: Duration, task: () => void | Promise<void>): void;
}

export interface Module<Options = unknown> {
  readonly name: string;
  readonly implements: readonly Claim[];
  /** Modules that must be set up before this one; their handlers run first. */
  readonly needs?: readonly string[];
  setup(host: HostContext, options: Options): void;
}

/** Declares a module; the identity function that gives it its types. */
export function defineModule<Options = void>(module: Module<Options>): Module<Options> {
  return module;
}
