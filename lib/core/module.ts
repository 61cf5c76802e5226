import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Duration } from '../base/time.ts';
import type { Store } from '../storage/store.ts';
import type { Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import type { DiscoItem, Identity } from '../xmpp/payloads/disco.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Accounts } from './accounts.ts';
import type { ClientSession } from './client-session.ts';
import type { Component } from './component.ts';
import type { Discovery, NodeFinder } from './discovery.ts';
import type { HookMap } from './hook-map.ts';
import type { HostOptions } from './host-options.ts';
import type { Invitations } from './invitations.ts';
import type { ServiceKey } from './keys.ts';
import type { SessionRegistry } from './session-registry.ts';

/** `filter` may stop or replace and fails closed; `act` may handle; `observe` may do neither. */
export type Phase = 'filter' | 'act' | 'observe';

/**
 * `'handled'` from a filter ends the event; from an act handler it leaves out the other act handlers
 * and what the core would do; `{ replace }` goes on with another stanza; nothing goes on as before.
 */
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
  /** The account asked (for `account` handlers), undefined for the server itself. It need not exist. */
  readonly account: Jid | undefined;
  /** The account asked is the asker's own. */
  readonly isOwn: boolean;
}

/** What an IQ handler returns: the payload of the result, or nothing for an empty result. */
export type IqAnswer = Element | undefined | void;

export type IqHandler = (request: IqRequest) => IqAnswer | Promise<IqAnswer>;

/** Who an IQ handler speaks for: the domain, an account (a bare JID, or no `to`), or both. */
export type IqTarget = 'server' | 'account' | 'both';

/** What a module may touch. All that is registered here is removed when the module stops. */
export interface HostContext {
  readonly domain: string;
  /** The address of the server itself: the domain. */
  readonly jid: Jid;
  readonly options: HostOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly invitations: Invitations;
  readonly sessions: SessionRegistry;
  /** What this host says about itself, for the modules that answer with it. */
  readonly discovery: Discovery;
  /** Every domain of this server, this one included. */
  readonly domains: readonly string[];

  /** Announces a feature of the server in disco#info. */
  feature(namespace: string): void;
  /** Announces a feature of every account in disco#info of its bare JID. */
  accountFeature(namespace: string): void;
  /** Announces an identity of every account in disco#info of its bare JID. */
  accountIdentity(identity: Identity): void;
  /** Announces an identity of the server in disco#info. */
  identity(identity: Identity): void;
  /** Adds a form to disco#info of the server. @spec XEP-0128 §2 */
  form(form: Element): void;
  /** Adds an item to disco#items of the server. */
  item(item: DiscoItem): void;
  /** Answers disco#info and disco#items for nodes of the server. */
  node(find: NodeFinder): void;

  /**
   * Answers IQs of one type, payload namespace and payload name; those to the server unless told
   * otherwise. A handler throws only `StanzaError`.
   * A handler for accounts is asked by anybody about any account, existing or not: it must answer
   * the same for an account that does not exist as for one that the asker may not know of.
   */
  iq(type: 'get' | 'set', namespace: string, name: string, handler: IqHandler, target?: IqTarget): void;

  hook<K extends keyof HookMap>(
    name: K,
    phase: Phase,
    handler: (event: HookMap[K]) => Verdict | Promise<Verdict>,
  ): void;

  /** Serves a domain without accounts: every stanza for it is for this module. @throws Error when the domain is served already */
  serve(component: Component): void;

  /** Gives a service to the core and to other modules. */
  provide<T>(key: ServiceKey<T>, service: T): void;
  /** The service of another module, if one gives it; look it up when it is needed. */
  service<T>(key: ServiceKey<T>): T | undefined;

  /** Routes a stanza that carries its `from` and `to`, as if it came from that address. */
  send(stanza: Stanza): void | Promise<void>;

  /**
   * Whether `observer` may know the presence of `account`: it is the account itself, this server, or
   * subscribed. False for an account that does not exist.
   */
  mayObserve(observer: Jid, account: Jid): boolean | Promise<boolean>;

  /** Removes an account with all its data, and ends its sessions. False when there is none. */
  removeAccount(account: Jid): Promise<boolean>;

  /** Does work that nobody waits for; a failure is logged, and the host does not stop before it is done. */
  background(work: () => void | Promise<void>): void;

  /** Runs a task again and again while the module is up, the next `period` after the last has ended. */
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
