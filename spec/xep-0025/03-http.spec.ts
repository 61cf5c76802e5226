import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { FrameClient } from '../support/frame-client.ts';
import { keyChain, PollingClient, postPoll, START } from '../support/polling-client.ts';
import { startServer } from '../support/running-server.ts';
import { login, named, TALKERS, type Talker } from '../support/talker.ts';

const PING = "<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>";

describe('XEP-0025 over HTTP', () => {
  let server: HoldfastServer;
  let url: string;
  let talkers: Talker[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob'], { http_poll: { enabled: true, inactivity: '1 s' } });
    url = `${server.urls[0]}/http-poll`;
    talkers = [];
  });

  afterEach(async () => {
    for (const talker of talkers) talker.cut();
    await server.close({ drain: 0 });
  });

  async function member(name: string): Promise<Talker> {
    const talker = await TALKERS['XEP-0025']?.(server);
    if (!talker) throw new Error('no such transport');
    talkers.push(talker);
    await login(talker, name);
    return talker;
  }

  it('is off unless the configuration says otherwise', async () => {
    const other = await startServer([], { http_poll: {} });
    expect((await fetch(`${other.urls[0]}/http-poll`, { method: 'POST', body: '0,' })).status).to.equal(404);
    await other.close({ drain: 0 });
  });

  it('P-3-04 the first answer has the header of the stream and its features', async () => {
    const { identifier, body } = await postPoll(url, `0,${START}`);
    expect(identifier).to.match(/^[a-z2-7]{26}$/);
    expect(body).to.match(/^<\?xml version='1\.0'\?><stream:stream [^>]*from="localhost"[^>]*><stream:features/);
  });

  it('P-3-02 answers are text/xml, and both directions UTF-8', async () => {
    const [alice, bob] = [await member('alice'), await member('bob')];
    bob.say("<message to='alice@localhost/spec' type='chat'><body>Grüße ☃</body></message>");
    expect((await named(alice, 'message')).child('body', 'jabber:client')?.text).to.equal('Grüße ☃');
    const latin = { 'Content-Type': 'application/x-www-form-urlencoded; charset=iso-8859-1' };
    const { headers, body } = await postPoll(url, `0,${START}<ü/>`, latin);
    expect(headers.get('content-type')).to.equal('text/xml');
    expect(body).not.to.contain('not-well-formed');
  });

  it('P-3-02 what is said to be ISO-8859-1 is read as UTF-8 all the same', async () => {
    const headers = { 'Content-Type': 'text/plain; charset=iso-8859-1' };
    const wrong = Buffer.from(`0,${START}<message><body>ü</body></message>`, 'latin1');
    const { identifier, body } = await postPoll(url, wrong, headers);
    expect([identifier, body.includes('unsupported-encoding')]).to.deep.equal(['-2:0', true]);
  });

  it('PD-01 other Content-Types do, and bodies may be packed', async () => {
    const packed = gzipSync(`0,${START}`);
    const { identifier } = await postPoll(url, new Uint8Array(packed), {
      'Content-Type': 'text/xml',
      'Content-Encoding': 'gzip',
    });
    expect(identifier).to.match(/^[a-z2-7]{26}$/);
    const nonsense = await postPoll(url, `0,${START}`, { 'Content-Encoding': 'gzip' });
    expect(nonsense.identifier).to.equal('-2:0');
  });

  it('P-3-03, P-3-05, PD-04 every answer is a 200 with the cookie, errors and empty ones, too', async () => {
    const { identifier } = await postPoll(url, `0;k,${START}`);
    const requests = [`${identifier},`, `none,`, '', `0,${'x'.repeat(300 * 1024)}`, `${identifier};wrong,`];
    const answers = await Promise.all([postPoll(url, `0,${START}`), ...requests.map((body) => postPoll(url, body))]);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200, 200]);
    expect(answers.slice(1).map((answer) => answer.identifier)).to.deep.equal(['-3:0', '0:0', '-2:0', '-2:0', '-3:0']);
    for (const { headers } of answers) {
      expect(headers.get('set-cookie')).to.match(/^ID=[A-Za-z0-9:-]+; Path=\/http-poll; HttpOnly; SameSite=Lax$/);
      expect(headers.get('content-type')).to.equal('text/xml');
    }
  });

  it('P-3.1.4-01 a message with a wrong key reaches nobody', async () => {
    const bob = await member('bob');
    const client = new PollingClient(url);
    await client.post(START);
    const chat = "<message to='bob@localhost'><body>forged</body></message>";
    expect((await postPoll(url, `${client.identifier};wrong,${chat}`)).identifier).to.equal('-3:0');
    bob.say("<message to='bob@localhost/spec'><body>mine</body></message>");
    expect((await named(bob, 'message')).child('body', 'jabber:client')?.text).to.equal('mine');
  });

  it('PD-06 the stream is restarted after login', async () => {
    const client = new PollingClient(url);
    const first = await client.post(START);
    const credentials = Buffer.from('\0alice\0alice').toString('base64');
    await client.post(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`);
    while (!client.elements.some(({ name }) => name === 'success')) await client.post();
    const second = await client.post(START);
    expect(second.body).to.match(/^<\?xml version='1\.0'\?><stream:stream .*<bind /);
    expect(idOf(second.body)).not.to.equal(idOf(first.body));
    expect(second.identifier).to.equal(first.identifier);
  });

  it('P-4-02 a session outlives many sequences of keys', async () => {
    let seeds = 0;
    const client = new PollingClient(url, { seeds: () => `seed ${(seeds += 1)}`, length: 3 });
    await client.post(START);
    for (let count = 0; count < 20; count += 1) {
      expect((await client.post()).identifier)
        .to.equal(client.identifier)
        .and.not.match(/:0$/);
    }
    expect(seeds).to.be.greaterThan(1);
  });

  it('PD-03 a request whose answer was lost is repeated, and not taken twice', async () => {
    const bob = await member('bob');
    const keys = keyChain('lost', 20);
    const say = (identifier: string, xml: string): ReturnType<typeof postPoll> =>
      postPoll(url, `${identifier};${keys.pop()},${xml}`);
    const { identifier } = await say('0', START.replace("'localhost'", "'anon.localhost'"));
    await say(identifier, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>");
    await say(identifier, START.replace("'localhost'", "'anon.localhost'"));
    await say(identifier, "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    const request = `${identifier};${keys.pop()},<message to='bob@localhost/spec'><body>once</body></message>`;
    const answers = [await postPoll(url, request), await postPoll(url, request)];
    expect(answers[1]?.body).to.equal(answers[0]?.body);
    await say(identifier, "<message to='bob@localhost/spec'><body>twice?</body></message>");
    const bodies = [await named(bob, 'message'), await named(bob, 'message')].map(
      (message) => message.child('body', 'jabber:client')?.text,
    );
    expect(bodies).to.deep.equal(['once', 'twice?']);
  });

  it('P-3.1.4-05 others see a client go that closes its stream', async () => {
    const watcher = await (await (await FrameClient.connect(server.webSocketUrl)).login('bob', 'watch')).available();
    const bob = await member('bob');
    await watcher.named('presence');
    bob.say('</stream:stream>');
    expect((await watcher.named('presence')).attrs).to.include({ from: 'bob@localhost/spec', type: 'unavailable' });
    await watcher.leave();
  });

  it('P-3.1.4-03, P-3.1.4-06 when it times out, requests to it are refused and messages kept', async () => {
    const alice = await member('alice');
    const bob = await member('bob');
    bob.cut();
    alice.say(
      "<message to='bob@localhost' type='chat'><body>are you there?</body></message>",
      PING.replace("to='localhost'", "to='bob@localhost/spec'"),
    );
    const refused = await named(alice, 'iq');
    expect(refused.attrs).to.include({ id: 'p', type: 'error', from: 'bob@localhost/spec' });
    const again = await member('bob');
    expect((await named(again, 'message')).child('body', 'jabber:client')?.text).to.equal('are you there?');
  });

  it('other methods are refused, and preflights answered', async () => {
    expect((await fetch(url)).status).to.equal(405);
    const preflight = await fetch(url, { method: 'OPTIONS' });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).to.deep.equal([200, '*']);
  });
});

function idOf(header: string): string | undefined {
  return /<stream:stream [^>]*\bid="([^"]*)"/.exec(header)?.[1];
}
