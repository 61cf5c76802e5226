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
import type { Component } from './component.ts';
import type { Discovery, NodeFinder } from './discovery.ts';
import type { HookHandler, HookName, HookOwner } from './hooks.ts';
import type { Host } from './host.ts';
import type { HostOptions } from './host-options.ts';
import type { Invitations } from './invitations.ts';
import type { ServiceKey } from './keys.ts';
import { andThen, attempt, type MaybePromise } from './maybe-promise.ts';
import type { HostContext, IqHandler, IqTarget, Phase } from './module.ts';
import type { SessionRegistry } from './session-registry.ts';

/** What one module sees of its host. It remembers all that the module registers, to take it back. */
export class ModuleScope implements HostContext {
  readonly #host: Host;
  readonly #owner: HookOwner;
  readonly #undo: (() => void)[] = [];

  constructor(host: Host, owner: HookOwner) {
    this.#host = host;
    this.#owner = owner;
  }

  get domain(): string {
    return this.#host.domain;
  }

  get jid(): Jid {
    return this.#host.jid;
  }

  get options(): HostOptions {
    return this.#host.options;
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  get random(): Random {
    return this.#host.random;
  }

  get log(): Logger {
    return this.#host.log;
  }

  get store(): Store {
    return this.#host.store;
  }

  get accounts(): Accounts {
    return this.#host.accounts;
  }

  get invitations(): Invitations {
    return this.#host.invitations;
  }

  get sessions(): SessionRegistry {
    return this.#host.sessions;
  }

  get discovery(): Discovery {
    return this.#host.discovery;
  }

  get domains(): readonly string[] {
    return this.#host.domains;
  }

  feature(namespace: string): void {
    this.#undo.push(this.discovery.addFeature(namespace));
  }

  accountFeature(namespace: string): void {
    this.#undo.push(this.discovery.addAccountFeature(namespace));
  }

  accountIdentity(identity: Identity): void {
    this.#undo.push(this.discovery.addAccountIdentity(identity));
  }

  identity(identity: Identity): void {
    this.#undo.push(this.discovery.addIdentity(identity));
  }

  form(form: Element): void {
    this.#undo.push(this.discovery.addForm(form));
  }

  item(item: DiscoItem): void {
    this.#undo.push(this.discovery.addItem(item));
  }

  node(find: NodeFinder): void {
    this.#undo.push(this.discovery.addNode(find));
  }

  iq(type: 'get' | 'set', namespace: string, name: string, handler: IqHandler, target: IqTarget = 'server'): void {
    this.#undo.push(this.#host.iqs.add(type, namespace, name, handler, target));
  }

  hook<K extends HookName>(name: K, phase: Phase, handler: HookHandler<K>): void {
    this.#undo.push(this.#host.hooks.add(name, phase, this.#owner, handler));
  }

  serve(component: Component): void {
    this.#undo.push(this.#host.serve(component));
  }

  provide<T>(key: ServiceKey<T>, service: T): void {
    this.#undo.push(this.#host.services.provide(key, service));
  }

  service<T>(key: ServiceKey<T>): T | undefined {
    return this.#host.services.find(key);
  }

  send(stanza: Stanza): MaybePromise<void> {
    return this.#host.route(stanza);
  }

  mayObserve(observer: Jid, account: Jid): MaybePromise<boolean> {
    return this.#host.mayObserve(observer, account);
  }

  removeAccount(account: Jid): Promise<boolean> {
    return this.#host.removeAccount(account);
  }

  background(work: () => MaybePromise<void>): void {
    const { failures } = this.#host;
    this.#host.track(attempt(work, (error) => void failures.log(error, { module: this.#owner.module })));
  }

  every(period: Duration, task: () => void | Promise<void>): void {
    const { clock, failures } = this.#host;
    let isOver = false;
    let cancel: () => void = () => {};
    const arm = (): void => {
      if (!isOver) cancel = clock.at(clock.now() + period, run);
    };
    const run = (): void => {
      const done = attempt(task, (error) => void failures.log(error, { module: this.#owner.module }));
      void andThen(done, arm);
    };
    arm();
    this.#undo.push(() => {
      isOver = true;
      cancel();
    });
  }

  /** Takes back all that the module registered, the last first. */
  release(): void {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) undo();
  }
}
