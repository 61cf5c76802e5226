import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as mailboxModule from '../../lib/base/mailbox.ts';
import * as answersModule from '../../lib/bosh/answers.ts';
import * as bodyModule from '../../lib/bosh/body.ts';
import * as boshTransportModule from '../../lib/bosh/bosh-transport.ts';
import * as connectionManagerModule from '../../lib/bosh/connection-manager.ts';
import * as outboxModule from '../../lib/bosh/outbox.ts';
import * as requestIdsModule from '../../lib/bosh/request-ids.ts';
import * as requestWindowModule from '../../lib/bosh/request-window.ts';
import * as responseBufferModule from '../../lib/bosh/response-buffer.ts';
import * as sessionModule from '../../lib/bosh/session.ts';
import * as streamPortModule from '../../lib/bosh/stream-port.ts';
import * as clientSessionModule from '../../lib/core/client-session.ts';
import * as clientStreamModule from '../../lib/core/client-stream.ts';
import * as deliveryModule from '../../lib/core/delivery.ts';
import * as hooksModule from '../../lib/core/hooks.ts';
import * as hostModule from '../../lib/core/host.ts';
import * as inboundModule from '../../lib/core/inbound.ts';
import * as routerModule from '../../lib/core/router.ts';
import * as sessionRegistryModule from '../../lib/core/session-registry.ts';
import * as bodyReaderModule from '../../lib/http/body-reader.ts';
import * as clientAddressModule from '../../lib/http/client-address.ts';
import * as httpExchangeModule from '../../lib/http/http-exchange.ts';
import * as namespacesModule from '../../lib/xml/namespaces.ts';
import * as parserModule from '../../lib/xml/parser.ts';
import * as streamModule from '../../lib/xmpp/stream.ts';
import { CallOrder } from '../support/call-order.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

type Callable = (...args: never[]) => unknown;

interface Step {
  readonly file: string;
  /** `function` or `Class.method`. */
  readonly name: string;
}

/**
 * The files of the page as modules. They are imported here, because the loader of the specs gives
 * `import()` another instance than the server has.
 */
const MODULES: Readonly<Record<string, object>> = {
  'lib/base/mailbox.ts': mailboxModule,
  'lib/bosh/answers.ts': answersModule,
  'lib/bosh/body.ts': bodyModule,
  'lib/bosh/bosh-transport.ts': boshTransportModule,
  'lib/bosh/connection-manager.ts': connectionManagerModule,
  'lib/bosh/outbox.ts': outboxModule,
  'lib/bosh/request-ids.ts': requestIdsModule,
  'lib/bosh/request-window.ts': requestWindowModule,
  'lib/bosh/response-buffer.ts': responseBufferModule,
  'lib/bosh/session.ts': sessionModule,
  'lib/bosh/stream-port.ts': streamPortModule,
  'lib/core/client-session.ts': clientSessionModule,
  'lib/core/client-stream.ts': clientStreamModule,
  'lib/core/delivery.ts': deliveryModule,
  'lib/core/hooks.ts': hooksModule,
  'lib/core/host.ts': hostModule,
  'lib/core/inbound.ts': inboundModule,
  'lib/core/router.ts': routerModule,
  'lib/core/session-registry.ts': sessionRegistryModule,
  'lib/http/body-reader.ts': bodyReaderModule,
  'lib/http/client-address.ts': clientAddressModule,
  'lib/http/http-exchange.ts': httpExchangeModule,
  'lib/xml/namespaces.ts': namespacesModule,
  'lib/xml/parser.ts': parserModule,
  'lib/xmpp/stream.ts': streamModule,
};

const page = readFileSync('docs/explanation/life-of-a-stanza.md', 'utf8');
const steps: readonly Step[] = Array.from(
  page.matchAll(/^\| \[(lib\/[\w/.-]+)\]\([^)]+\) \| `([\w.]+)` \|/gm),
  ([, file = '', name = '']) => ({ file, name }),
);

/** The function of a step as the server uses it; undefined when there is none. */
function functionOf({ file, name }: Step): Callable | undefined {
  const [first = '', method] = name.split('.');
  const exported: unknown = Reflect.get(MODULES[file] ?? {}, first);
  if (typeof exported !== 'function') return undefined;
  const found: unknown = method === undefined ? exported : Reflect.get(exported.prototype as object, method);
  return typeof found === 'function' ? (found as Callable) : undefined; // what `typeof` says
}

/** The calls of these functions while a message goes from one client to another: their indexes, in order. */
async function watchMessage(functions: readonly Callable[]): Promise<readonly number[]> {
  const server = await startServer(['alice', 'bob']);
  const alice = new StropheClient(server.boshUrl, 'alice');
  const bob = new StropheClient(server.boshUrl, 'bob');
  const order = new CallOrder(functions);
  try {
    await alice.login();
    await bob.login();
    order.start();
    alice.chat(bob.jid, 'Hello');
    await bob.until(() => bob.messages.length > 0);
    return order.calls;
  } finally {
    order.stop();
    await alice.logout();
    await bob.logout();
    await server.close({ drain: 0 });
  }
}

describe('docs/explanation/life-of-a-stanza.md', () => {
  it('has steps', () => {
    expect(steps.length).to.be.greaterThan(20);
    expect(steps[0]?.name).to.equal('ClientAddress.originOf');
  });

  for (const step of steps) {
    it(`names ${step.name}, which is in ${step.file}`, () => {
      expect(functionOf(step), 'a function of MODULES').to.be.a('function');
    });
  }

  it('names nothing else that is not there', () => {
    for (const [, path = ''] of page.matchAll(/`((?:lib|spec)\/[\w/.-]+)`/g))
      expect(existsSync(path), path).to.equal(true);
    const sources = ['lib/xmpp/stanza.ts', ...Object.keys(MODULES)]
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    for (const [, type = '', method] of page.matchAll(/`([A-Z]\w+)(?:\.(\w+))?`/g)) {
      expect(sources, type).to.match(new RegExp(`class ${type}\\b`));
      if (method !== undefined) expect(sources, method).to.match(new RegExp(`^  (?:async )?${method}[(<]`, 'm'));
    }
  });

  it('follows a real message: every step is taken, in this order', async () => {
    const functions = steps.map((step) => functionOf(step) ?? expect.fail(step.name));
    const calls = await watchMessage(functions);
    let from = 0;
    for (const [index, { name }] of steps.entries()) {
      const at = calls.findIndex((called, place) => place >= from && functions[called] === functions[index]);
      expect(at, `${name} after ${steps[index - 1]?.name ?? 'nothing'}`).to.be.at.least(from);
      from = at + 1;
    }
  });
});
