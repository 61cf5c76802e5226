import { expect } from 'chai';
import { saslClient } from '../../lib/conformance/sasl-client.ts';
import { jid, World } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';
import { conditionOf, StreamClient } from '../support/stream-client.ts';

const JULIET = jid('juliet@capulet.example');
const SCRAM = 'SCRAM-SHA-256';

overEachStore('RFC 6120 §6.5.2 a disabled account', (open) => {
  let world: World;

  beforeEach(async () => {
    world = new World({}, await open()).start();
    await world.host.accounts.create(JULIET, 'secret');
    expect(await world.host.accounts.disable(JULIET)).to.equal(true);
  });

  async function plain(password: string, name = 'juliet'): Promise<string> {
    const client = new StreamClient(world).opens();
    await client.next();
    return conditionOf(await client.auth('PLAIN', `\0${name}\0${password}`).next());
  }

  async function scram(password: string): Promise<string> {
    const client = new StreamClient(world).opens();
    await client.next();
    const sasl = saslClient([SCRAM], { is: 'account', name: 'juliet', password });
    const challenge = await client.auth(SCRAM, sasl?.initial).next();
    const proof = sasl?.respond(Buffer.from(challenge.text, 'base64').toString()) ?? '';
    return conditionOf(await client.responds(proof).next());
  }

  for (const [mechanism, login] of [
    ['PLAIN', plain],
    [SCRAM, scram],
  ] as const) {
    it(`is told to who knows its password, with ${mechanism}`, async () => {
      expect(await login('secret')).to.equal('failure account-disabled');
    });

    it(`and to nobody else, with ${mechanism}`, async () => {
      expect(await login('wrong')).to.equal('failure not-authorized');
    });
  }

  it('is not what an account is that there is not', async () => {
    expect(await plain('secret', 'nobody')).to.equal('failure not-authorized');
    expect(await world.host.accounts.disable(jid('nobody@capulet.example'))).to.equal(false);
  });

  it('logs in again when it is enabled', async () => {
    expect(await world.host.accounts.enable(JULIET)).to.equal(true);
    expect(await scram('secret')).to.match(/^success/);
    expect(await world.host.accounts.enable(JULIET)).to.equal(false);
  });

  it('stays disabled with another password', async () => {
    await world.host.accounts.setPassword(JULIET, 'other');
    expect(await plain('other')).to.equal('failure account-disabled');
  });

  it('is listed; removed, a new one of its name is not', async () => {
    expect(await world.host.accounts.disabled('capulet.example')).to.deep.equal([JULIET.toString()]);
    await world.host.removeAccount(JULIET);
    await world.host.accounts.create(JULIET, 'new');
    expect(await world.host.accounts.disabled('capulet.example')).to.deep.equal([]);
    expect(await plain('new')).to.match(/^success/);
  });
});
