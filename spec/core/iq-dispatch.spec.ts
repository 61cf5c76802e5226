import { expect } from 'chai';
import type { IqRequest } from '../../lib/core/module.ts';
import { StanzaError } from '../../lib/xmpp/stanza-error.ts';
import { brief, element, errorOf, settled, World, type FakeClient } from './world.ts';

const ROMEO = 'romeo@capulet.example/orchard';

describe('IQ dispatch', () => {
  let world: World;
  let romeo: FakeClient;
  let requests: IqRequest[];

  beforeEach(() => {
    requests = [];
    world = new World()
      .with((host) => {
        const note = (request: IqRequest): void => void requests.push(request);
        host.iq('get', 'urn:server', 'query', note);
        host.iq('get', 'urn:account', 'query', note, 'account');
        host.iq('get', 'urn:both', 'query', note, 'both');
        host.iq('get', 'urn:answer', 'query', () => element("<answer xmlns='urn:answer'/>"));
        host.iq('get', 'urn:late', 'query', async () => element("<answer xmlns='urn:late'/>"));
        host.iq('get', 'urn:refused', 'query', () => {
          throw new StanzaError('not-allowed', 'Not on Sundays.');
        });
        host.iq('get', 'urn:refused-late', 'query', async () => {
          throw new StanzaError('not-allowed');
        });
        host.iq('get', 'urn:bug', 'query', () => {
          throw new TypeError('a bug');
        });
        host.iq('get', 'urn:bug-late', 'query', async () => {
          throw new TypeError('a bug');
        });
      })
      .start();
    romeo = world.client(ROMEO);
  });

  async function ask(namespace: string, to = 'capulet.example', type = 'get', name = 'query'): Promise<string> {
    romeo.sends(`<iq type='${type}' id='1' ${to === '' ? '' : `to='${to}'`}><${name} xmlns='${namespace}'/></iq>`);
    await settled();
    return brief(romeo.one());
  }

  const refused = (from = 'capulet.example'): string => `iq error #1 ${from}→${ROMEO} query cancel/service-unavailable`;
  const result = (from = 'capulet.example'): string => `iq result #1 ${from}→${ROMEO}`;

  it('finds the handler by namespace and target', async () => {
    expect(await ask('urn:server')).to.equal(result());
    expect(await ask('urn:server', '')).to.equal(refused(''));
    expect(await ask('urn:account')).to.equal(refused());
    expect(await ask('urn:account', '')).to.equal(result(''));
    expect(await ask('urn:account', 'juliet@capulet.example')).to.equal(result('juliet@capulet.example'));
    expect(await ask('urn:both')).to.equal(result());
    expect(await ask('urn:both', '')).to.equal(result(''));
  });

  it('finds the handler by type and payload name, too', async () => {
    expect(await ask('urn:server', 'capulet.example', 'set')).to.equal(refused());
    expect(await ask('urn:server', 'capulet.example', 'get', 'other')).to.equal(
      `iq error #1 capulet.example→${ROMEO} other cancel/service-unavailable`,
    );
  });

  it('finds the handler of a payload with a prefix', () => {
    romeo.sends("<iq type='get' id='1' to='capulet.example'><p:query xmlns:p='urn:server'/></iq>");
    expect(romeo.got()).to.deep.equal([result()]);
  });

  it('tells the handler who asks, and whom', async () => {
    await ask('urn:server');
    await ask('urn:account', '');
    await ask('urn:account', 'romeo@capulet.example');
    await ask('urn:account', 'juliet@capulet.example');
    const seen = requests.map(({ from, account, isOwn, session }) => [
      from.toString(),
      account?.toString(),
      isOwn,
      session === romeo.session,
    ]);
    expect(seen).to.deep.equal([
      [ROMEO, undefined, false, true],
      [ROMEO, 'romeo@capulet.example', true, true],
      [ROMEO, 'romeo@capulet.example', true, true],
      [ROMEO, 'juliet@capulet.example', false, true],
    ]);
  });

  it('puts what the handler returns into the result, also when it comes late', async () => {
    expect(await ask('urn:answer')).to.equal(`${result()} answer`);
    expect(await ask('urn:late')).to.equal(`${result()} answer`);
  });

  for (const namespace of ['urn:refused', 'urn:refused-late']) {
    it(`answers with what the handler refuses: ${namespace}`, async () => {
      expect(await ask(namespace)).to.equal(`iq error #1 capulet.example→${ROMEO} query cancel/not-allowed`);
      expect(world.log.of('core.failed')).to.deep.equal([]);
    });
  }

  for (const namespace of ['urn:bug', 'urn:bug-late']) {
    it(`answers a bug with internal-server-error, and logs it: ${namespace}`, async () => {
      romeo.sends(`<iq type='get' id='1' to='capulet.example'><query xmlns='${namespace}'/></iq>`);
      await settled();
      expect(errorOf(romeo.one())).to.equal('cancel/internal-server-error');
      expect(world.log.of('core.failed')[0]).to.include({ iq: namespace });
      expect(romeo.transport.isClosed, 'the session lives on').to.equal(false);
    });
  }

  it('answers what nobody knows in the same turn', () => {
    romeo.sends("<iq type='get' id='1' to='capulet.example'><query xmlns='urn:unknown'/></iq>");
    expect(romeo.got()).to.deep.equal([refused()]);
  });

  it('has one handler for one request', () => {
    expect(() => world.host.iqs.add('get', 'urn:both', 'query', () => undefined, 'account')).to.throw('two handlers');
  });
});
