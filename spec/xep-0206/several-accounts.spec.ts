import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { HttpSession, xmlOf } from '../support/http-session.ts';
import { message } from '../support/playbook.ts';
import { startServer } from '../support/running-server.ts';

const AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
const BIND = "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";

describe('two accounts in one BOSH session', () => {
  let server: HoldfastServer;

  before(async () => {
    server = await startServer();
  });

  after(() => server.close({ drain: 0 }));

  it('B-16.1-01 B-16.4-02 log in side by side, write to each other, and leave one after the other', async () => {
    const session = new HttpSession(server.boshUrl);
    const first = await session.login();
    const stream = xmlOf(await session.post('', { to: 'anon.localhost' })).attrs['stream'] ?? '';
    expect((await session.post(AUTH, { stream })).body.toString()).to.contain('<success');
    await session.post('', { stream, 'xmpp:restart': 'true' });
    const bound = (await session.post(BIND, { stream })).body.toString();
    const second = /<jid>([^<]+)</.exec(bound)?.[1] ?? '';
    expect(second).not.to.equal(first);

    const toFirst = message('m').replace("id='m'", `id='m' to='${first}'`);
    const answer = xmlOf(await session.post(toFirst, { stream }));
    expect(answer.attrs['stream'])
      .to.match(/^\w{13}$/)
      .and.not.to.equal(stream);
    expect(answer.getChildElements()[0]?.attrs).to.include({ id: 'm', from: second, to: first });

    const toSecond = message('n').replace("id='n'", `id='n' to='${second}'`);
    const closing = session.post('', { stream, type: 'terminate' });
    const returned = await session.post(toSecond, { stream: answer.attrs['stream'] });
    expect(`${(await closing).body.toString()}${returned.body.toString()}`).to.contain('type="error"');
    expect(xmlOf(await session.post('', { type: 'terminate' })).attrs['type']).to.equal('terminate');
  });
});
