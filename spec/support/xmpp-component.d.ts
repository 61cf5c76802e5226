/** The part of the package that specs use; it has no types of its own. */
declare module '@xmpp/component' {
  import type { EventEmitter } from 'node:events';
  import type { Element } from '@xmpp/xml';

  export interface Component extends EventEmitter {
    readonly reconnect: { stop(): void };
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    send(element: Element): Promise<void>;
  }

  export function component(options: { service: string; domain: string; password: string }): Component;
}
