import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { HttpLogin, type HttpLoginOptions } from '../../lib/composition/login/http-login.ts';
import { RightPasswords } from '../../lib/composition/login/right-passwords.ts';
import { Accounts, Busy } from '../../lib/core/accounts.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { jid } from '../core/world.ts';
import { problemsOf } from '../support/config-problems.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const ALICE = jid('alice@localhost');
const YES = '{"valid":true}';

/** The other program: notes what it is asked, and answers as it is told. */
class Checker {
  readonly asked: { readonly method: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  readonly waiting: ServerResponse[] = [];
  answers: (response: ServerResponse) => void = (response) => response.end(YES);
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const { method = '', headers } = request;
      void text(request).then((body) => {
        this.asked.push({ method, headers, body });
        this.answers(response);
        this.#server.emit('asked');
      });
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/check`;
  }

  /** Keeps what comes waiting. */
  holds(): void {
    this.answers = (response) => void this.waiting.push(response);
  }

  async until(count: number): Promise<void> {
    while (this.asked.length < count) await once(this.#server, 'asked');
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

describe('login by a check over HTTP', () => {
  let checker: Checker;
  let clock: VirtualClock;

  beforeEach(async () => {
    clock = new VirtualClock();
    checker = new Checker();
    await checker.listen();
  });
  afterEach(() => checker.close());

  function loginWith(options: Partial<HttpLoginOptions> = {}): HttpLogin {
    const usual = { url: checker.url, secret: '', timeout: 5000, maxChecks: 2, cache: 0, makesAccounts: true };
    return new HttpLogin({ ...usual, ...options }, { clock, random: new SeededRandom(1) });
  }

  async function outcome(login: HttpLogin, password = 'secret'): Promise<boolean | Error> {
    return login.verify(ALICE, password).catch((error: Error) => error);
  }

  it('user, domain and password go as JSON, with the secret of both programs', async () => {
    expect(await loginWith({ secret: 'shared' }).verify(ALICE, 'pass "word" ✓')).to.equal(true);
    const [{ method, headers, body } = { method: '', headers: {}, body: '' }] = checker.asked;
    expect(method).to.equal('POST');
    expect(headers).to.include({ 'content-type': 'application/json', authorization: 'Bearer shared' });
    expect(JSON.parse(body)).to.deep.equal({ user: 'alice', domain: 'localhost', password: 'pass "word" ✓' });
  });

  it('without a secret there is no such header', async () => {
    await loginWith().verify(ALICE, 'secret');
    expect(checker.asked[0]?.headers).not.to.have.property('authorization');
  });

  it('{"valid":false} is a wrong password', async () => {
    checker.answers = (response) => response.end('{"valid":false}');
    expect(await outcome(loginWith())).to.equal(false);
  });

  const UNCLEAR: readonly (readonly [string, (response: ServerResponse) => void])[] = [
    ['a page', (response) => response.end('<html>Welcome</html>')],
    ['nothing', (response) => response.end()],
    ['true alone', (response) => response.end('true')],
    ['"true" as text', (response) => response.end('{"valid":"true"}')],
    ['a list', (response) => response.end('[{"valid":true}]')],
    ['401', (response) => response.writeHead(401).end(YES)],
    ['500', (response) => response.writeHead(500).end(YES)],
    ['204', (response) => response.writeHead(204).end()],
    ['a redirection', (response) => response.writeHead(302, { location: '/yes' }).end(YES)],
    ['more than 4 KiB', (response) => response.end(`{"valid":true,"x":"${'x'.repeat(4096)}"}`)],
    ['a broken connection', (response) => response.destroy()],
    [
      'half an answer',
      (response) => response.writeHead(200, { 'content-length': '20' }).write(YES, () => response.destroy()),
    ],
  ];
  for (const [what, answers] of UNCLEAR) {
    it(`${what} lets nobody in`, async () => {
      checker.answers = answers;
      expect(await outcome(loginWith())).to.be.an.instanceOf(Error);
      expect(checker.asked).to.have.length(1);
    });
  }

  it('nobody there: nobody gets in', async () => {
    const login = loginWith();
    const unused = new Checker();
    await unused.listen();
    const { url } = unused;
    await unused.close();
    expect(await outcome(loginWith({ url }))).to.be.an.instanceOf(Error);
    expect(await outcome(login)).to.equal(true);
  });

  it('an answer that takes longer than the timeout is none, also when its head was there in time', async () => {
    checker.holds();
    expect(await outcome(loginWith({ timeout: 100 }))).to.be.an.instanceOf(Error);
    checker.answers = (response) => void response.writeHead(200).write('{"val');
    expect(await outcome(loginWith({ timeout: 100 }))).to.be.an.instanceOf(Error);
  });

  it('no more than max_checks are asked about at a time', async () => {
    const accounts = new Accounts({
      store: createMemoryStore(),
      random: new SeededRandom(1),
      clock,
      iterations: 1,
      login: loginWith({ maxChecks: 2 }),
    });
    checker.holds();
    const asked = [accounts.verify(ALICE, 'one'), accounts.verify(ALICE, 'two')];
    await checker.until(2);
    expect(await accounts.verify(ALICE, 'three').catch((error: unknown) => error)).to.be.an.instanceOf(Busy);
    for (const response of checker.waiting) response.end(YES);
    expect(await Promise.all(asked)).to.deep.equal([true, true]);
    checker.answers = (response) => response.end(YES);
    expect(await accounts.verify(ALICE, 'four')).to.equal(true);
    expect(checker.asked).to.have.length(3);
  });

  describe('what is remembered', () => {
    it('nothing, unless the configuration says so', async () => {
      const login = loginWith();
      for (let count = 0; count < 3; count += 1) await login.verify(ALICE, 'secret');
      expect(checker.asked).to.have.length(3);
    });

    it('a right password for as long as the configuration says, for that user only', async () => {
      const login = loginWith({ cache: 1000 });
      for (let count = 0; count < 3; count += 1) expect(await login.verify(ALICE, 'secret')).to.equal(true);
      expect(checker.asked).to.have.length(1);
      checker.answers = (response) => response.end('{"valid":false}');
      expect(await login.verify(ALICE, 'other')).to.equal(false);
      expect(await login.verify(jid('bob@localhost'), 'secret')).to.equal(false);
      clock.advance(1000);
      expect(await login.verify(ALICE, 'secret')).to.equal(false);
    });

    it('only so many: the oldest makes room', () => {
      const right = new RightPasswords({ clock, random: new SeededRandom(1), lifetime: 1000, most: 3 });
      for (const password of ['one', 'two', 'three', 'four']) right.add(ALICE, password);
      right.add(ALICE, 'two');
      right.add(ALICE, 'five');
      const known = ['one', 'two', 'three', 'four', 'five'].filter((password) => right.has(ALICE, password));
      expect(known).to.deep.equal(['two', 'four', 'five']);
    });

    it('a wrong one never', async () => {
      const login = loginWith({ cache: 1000 });
      checker.answers = (response) => response.end('{"valid":false}');
      expect(await login.verify(ALICE, 'secret')).to.equal(false);
      checker.answers = (response) => response.end(YES);
      expect(await login.verify(ALICE, 'secret')).to.equal(true);
    });
  });

  it('the configuration needs an address that nobody can listen to, or says that it does not matter', () => {
    const faults = (http: string): string =>
      problemsOf(`hosts: { localhost: { login: { method: http, http: ${http} } } }`).join('\n');
    expect(faults('{}')).to.contain('url: is needed');
    expect(faults('{ url: "https://app.example.com/check" }')).to.equal('');
    for (const host of ['localhost', '127.0.0.1:8000', '[::1]:8000'])
      expect(faults(`{ url: "http://${host}/" }`)).to.equal('');
    expect(faults('{ url: "http://app.example.com/check" }')).to.contain('needs https');
    expect(faults('{ url: "http://localhost.example.com/" }')).to.contain('needs https');
    expect(faults('{ url: "http://app:8000/check", plain_without_tls: true }')).to.equal('');
    expect(faults('{ url: "ftp://localhost/" }')).to.contain('expected an address such as');
    expect(faults('{ url: "https://user:secret@example.com/" }')).to.contain('expected an address such as');
    expect(faults('{ url: "https://example.com/", secret: "two words" }')).to.contain('without spaces');
  });
});
