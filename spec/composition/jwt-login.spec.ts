import { createSecretKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { base64url, exportJWK, SignJWT, type JWTPayload } from 'jose';
import { JwtLogin } from '../../lib/composition/login/jwt-login.ts';
import { completeConfig } from '../../lib/config/load.ts';
import { ConfigError } from '../../lib/config/problem.ts';
import type { ConfigInput } from '../../lib/config/schema.ts';
import { createServer } from '../../lib/server.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { jid } from '../core/world.ts';
import { problemsOf } from '../support/config-problems.ts';
import { Sandbox } from '../support/sandbox.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type Jwt = NonNullable<NonNullable<NonNullable<ConfigInput['hosts'][string]>['login']>['jwt']>;

const SECRET = 'a secret of at least thirty-two characters';
const ALICE = jid('alice@localhost');
const AUDIENCE = 'chat';
const MINUTE = 60_000;
/** What an application puts into a token. */
const GOOD: JWTPayload = { sub: 'alice', iss: 'app', aud: AUDIENCE };

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ED = generateKeyPairSync('ed25519');
const HMAC = createSecretKey(SECRET, 'utf8');
const KEYS = { RS256: RSA, ES256: EC, EdDSA: ED };

describe('login with a JSON Web Token', () => {
  const sandbox = new Sandbox();
  let clock: VirtualClock;

  beforeEach(() => {
    clock = new VirtualClock();
  });
  after(() => sandbox.close());

  function loginWith(jwt: Jwt): JwtLogin {
    const { hosts } = completeConfig({ hosts: { localhost: { login: { method: 'jwt', jwt } } } });
    const { login } = hosts['localhost'] ?? {};
    if (!login) throw new Error('the host is there');
    return new JwtLogin(login, clock, 'hosts.localhost.login.jwt');
  }

  /** @param lifetime milliseconds; 0 for a token without an end */
  async function sign(
    claims: JWTPayload = GOOD,
    { alg = 'HS256', key = HMAC, lifetime = MINUTE, kid = '' } = {},
  ): Promise<string> {
    const token = new SignJWT(claims).setProtectedHeader({ alg, ...(kid === '' ? {} : { kid }) });
    if (lifetime > 0) token.setExpirationTime(new Date(clock.date() + lifetime));
    return token.sign(key);
  }

  function fileWith(name: string, content: string): string {
    writeFileSync(sandbox.path(name), content);
    return sandbox.path(name);
  }

  function pem(key: KeyObject): string {
    return key.export({ type: 'spki', format: 'pem' }).toString();
  }

  describe('claims', () => {
    const login = (): JwtLogin => loginWith({ secret: SECRET, issuer: 'app', audience: AUDIENCE });

    it('the name of the user, or the whole address', async () => {
      expect(await login().verify(ALICE, await sign())).to.equal(true);
      expect(await login().verify(ALICE, await sign({ ...GOOD, sub: 'ALICE' }))).to.equal(true);
      expect(await login().verify(ALICE, await sign({ ...GOOD, sub: 'alice@localhost' }))).to.equal(true);
      expect(await login().verify(ALICE, await sign({ ...GOOD, aud: ['other', AUDIENCE] }))).to.equal(true);
    });

    const WRONG: readonly (readonly [string, JWTPayload])[] = [
      ['another user', { ...GOOD, sub: 'bob' }],
      ['a user of another domain', { ...GOOD, sub: 'alice@example.com' }],
      ['a resource', { ...GOOD, sub: 'alice@localhost/tab' }],
      ['no user', { iss: 'app', aud: AUDIENCE }],
      ['a user that is no text', Object.assign({}, GOOD, { sub: ['alice'] })],
      ['another issuer', { ...GOOD, iss: 'other' }],
      ['no issuer', { sub: 'alice', aud: AUDIENCE }],
      ['another audience', { ...GOOD, aud: 'other' }],
      ['no audience', { sub: 'alice', iss: 'app' }],
    ];
    for (const [what, claims] of WRONG) {
      it(`${what}: refused`, async () => {
        expect(await login().verify(ALICE, await sign(claims))).to.equal(false);
      });
    }

    it('another claim may name the user', async () => {
      const named = loginWith({ secret: SECRET, claim: 'preferred_username' });
      expect(await named.verify(ALICE, await sign({ preferred_username: 'alice' }))).to.equal(true);
      expect(await named.verify(ALICE, await sign({ sub: 'alice' }))).to.equal(false);
    });
  });

  describe('time', () => {
    it('good until "exp", and for the leeway after it', async () => {
      const login = loginWith({ secret: SECRET, leeway: '10 s' });
      const token = await sign();
      clock.advance(MINUTE + 9000);
      expect(await login.verify(ALICE, token)).to.equal(true);
      clock.advance(2000);
      expect(await login.verify(ALICE, token)).to.equal(false);
    });

    it('good from "nbf", and for the leeway before it', async () => {
      const login = loginWith({ secret: SECRET, leeway: '10 s' });
      const token = await sign({ ...GOOD, nbf: Math.floor(clock.date() / 1000) + 20 });
      expect(await login.verify(ALICE, token)).to.equal(false);
      clock.advance(11_000);
      expect(await login.verify(ALICE, token)).to.equal(true);
    });

    it('one without an end is refused', async () => {
      expect(await loginWith({ secret: SECRET }).verify(ALICE, await sign(GOOD, { lifetime: 0 }))).to.equal(false);
    });
  });

  describe('signatures', () => {
    for (const [alg, { publicKey, privateKey }] of Object.entries(KEYS)) {
      it(`${alg}, with the public key in a file`, async () => {
        const login = loginWith({ key_file: fileWith(`${alg}.pem`, pem(publicKey)), audience: AUDIENCE });
        expect(await login.verify(ALICE, await sign(GOOD, { alg, key: privateKey }))).to.equal(true);
        const other = Object.entries(KEYS).find(([name]) => name !== alg);
        expect(
          await login.verify(ALICE, await sign(GOOD, { alg: other?.[0] ?? '', key: other?.[1].privateKey ?? HMAC })),
        ).to.equal(false);
      });
    }

    it('a public key is never taken for a secret', async () => {
      const file = fileWith('confused.pem', pem(RSA.publicKey));
      const login = loginWith({ key_file: file, audience: AUDIENCE });
      const key = createSecretKey(pem(RSA.publicKey), 'utf8');
      expect(await login.verify(ALICE, await sign(GOOD, { key }))).to.equal(false);
    });

    it('"none" is refused, and so is what was changed', async () => {
      const login = loginWith({ secret: SECRET });
      const [, payload = '', signature = ''] = (await sign()).split('.');
      const none = base64url.encode(JSON.stringify({ alg: 'none' }));
      for (const token of [`${none}.${payload}.`, `${none}.${payload}.${signature}`]) {
        expect(await login.verify(ALICE, token), token).to.equal(false);
      }
      const [head = ''] = (await sign()).split('.');
      const changed = base64url.encode(JSON.stringify({ ...GOOD, exp: 9_999_999_999, admin: true }));
      expect(await login.verify(ALICE, `${head}.${changed}.${signature}`)).to.equal(false);
    });

    it('one of another secret is refused', async () => {
      const key = createSecretKey(randomBytes(32));
      expect(await loginWith({ secret: SECRET }).verify(ALICE, await sign(GOOD, { key }))).to.equal(false);
    });

    it('what is no token is refused, also one of more than 8192 characters', async () => {
      const login = loginWith({ secret: SECRET });
      for (const text of ['secret', '', 'a.b.c', '...', '\u{1F600}'])
        expect(await login.verify(ALICE, text)).to.equal(false);
      const long = await sign({ ...GOOD, more: 'x'.repeat(8192) });
      expect(await login.verify(ALICE, long)).to.equal(false);
      expect(await login.verify(ALICE, await sign({ ...GOOD, more: 'x'.repeat(5000) }))).to.equal(true);
    });
  });

  describe('sets of keys', () => {
    async function keySet(): Promise<string> {
      const keys = await Promise.all(
        Object.entries(KEYS).map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid })),
      );
      return JSON.stringify({ keys: [...keys, { ...(await exportJWK(HMAC)), kid: 'HS256' }] });
    }

    it('in a file: a token names its key', async () => {
      const login = loginWith({ jwks_file: fileWith('keys.json', await keySet()), audience: AUDIENCE });
      for (const [alg, { privateKey: key }] of Object.entries(KEYS)) {
        expect(await login.verify(ALICE, await sign(GOOD, { alg, key, kid: alg })), alg).to.equal(true);
        expect(await login.verify(ALICE, await sign(GOOD, { alg, key, kid: 'other' })), alg).to.equal(false);
      }
    });

    it('a secret in a set is none, and signatures that are not allowed are refused', async () => {
      const file = fileWith('keys.json', await keySet());
      const login = loginWith({ jwks_file: file, audience: AUDIENCE, algorithms: ['ES256'] });
      expect(await login.verify(ALICE, await sign(GOOD, { kid: 'HS256' }))).to.equal(false);
      const token = await sign(GOOD, { alg: 'RS256', key: RSA.privateKey, kid: 'RS256' });
      expect(await login.verify(ALICE, token)).to.equal(false);
    });

    describe('at an address', () => {
      let issuer: Server;
      let url: string;
      let answer: { status: number; body: string };
      let requests: number;

      beforeEach(async () => {
        requests = 0;
        answer = { status: 200, body: await keySet() };
        issuer = createHttpServer((_request, response) => {
          requests += 1;
          response.writeHead(answer.status).end(answer.body);
        });
        await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
        url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
      });
      afterEach(() => new Promise((resolve) => issuer.close(resolve)));

      it('fetched once for many tokens', async () => {
        const login = loginWith({ jwks_url: url, audience: AUDIENCE });
        const token = await sign(GOOD, { alg: 'ES256', key: EC.privateKey, kid: 'ES256' });
        for (let count = 0; count < 3; count += 1) expect(await login.verify(ALICE, token)).to.equal(true);
        expect(requests).to.equal(1);
        const unknown = await sign(GOOD, { alg: 'ES256', key: EC.privateKey, kid: 'unknown' });
        for (let count = 0; count < 3; count += 1) expect(await login.verify(ALICE, unknown)).to.equal(false);
        expect(requests, 'a key that is not there is not looked for each time').to.equal(1);
      });

      for (const [what, status, body] of [
        ['an error', 500, '{}'],
        ['a redirection', 302, ''],
        ['no set', 200, 'hello'],
        ['more than 64 KiB', 200, `{"keys":[],"x":"${'x'.repeat(65_536)}"}`],
      ] as const) {
        it(`${what}: nobody knows whether the token is good`, async () => {
          answer = { status, body };
          const login = loginWith({ jwks_url: url, audience: AUDIENCE });
          const token = await sign(GOOD, { alg: 'ES256', key: EC.privateKey, kid: 'ES256' });
          const verdict = await login.verify(ALICE, token).catch((error: unknown) => error);
          expect(verdict).to.be.an.instanceOf(Error);
        });
      }
    });
  });

  describe('configuration', () => {
    function faults(jwt: string, more = ''): string {
      return problemsOf(`hosts: { localhost: { login: { method: jwt, jwt: ${jwt} }${more} } }`).join('\n');
    }

    it('needs exactly one key, an audience with public keys, and signatures that fit', () => {
      expect(faults(`{ secret: ${SECRET} }`)).to.equal('');
      expect(faults('{}')).to.contain('needs one of secret');
      expect(faults(`{ secret: ${SECRET}, key_file: a.pem }`)).to.contain('needs one of secret');
      expect(faults('{ secret: short }')).to.contain('32 characters');
      expect(faults('{ key_file: a.pem }')).to.contain('audience: is needed');
      expect(faults('{ jwks_url: "http://example.com/keys", audience: a }')).to.contain('needs https');
      expect(faults('{ key_file: a.pem, audience: a, algorithms: [HS256] }')).to.contain('HS256 goes with secret');
      expect(faults(`{ secret: ${SECRET}, algorithms: [RS256] }`)).to.contain('HS256 goes with secret');
      expect(faults(`{ secret: ${SECRET}, algorithms: [none] }`)).to.contain('expected one of HS256');
    });

    it('goes with neither guests nor registration', () => {
      expect(faults(`{ secret: ${SECRET} }`, ', anonymous: true')).to.contain('needs login.method: accounts');
      expect(faults(`{ secret: ${SECRET} }`, ', registration: open')).to.contain('needs login.method: accounts');
    });

    it('a server that cannot read its keys is none, and leaves no store open', async () => {
      let isClosed = false;
      const memory = createMemoryStore();
      const store = { ...memory, close: async () => void (isClosed = true) };
      const login = { method: 'jwt', jwt: { key_file: sandbox.path('nowhere'), audience: AUDIENCE } } as const;
      const made = createServer({ hosts: { localhost: { login } } }, { store });
      expect(await made.catch((error: unknown) => error)).to.be.an.instanceOf(ConfigError);
      expect(isClosed).to.equal(true);
    });

    it('a file of keys that is no good is told with its option', () => {
      for (const [option, content] of [
        ['key_file', 'no key'],
        ['jwks_file', 'no set'],
        ['jwks_file', '{}'],
        ['key_file', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
      ] as const) {
        const made = (): unknown => loginWith({ [option]: fileWith('bad', content), audience: AUDIENCE });
        expect(made, content).to.throw(ConfigError, `hosts.localhost.login.jwt.${option}`);
      }
      expect(() => loginWith({ key_file: sandbox.path('nowhere'), audience: AUDIENCE })).to.throw(
        ConfigError,
        'ENOENT',
      );
    });
  });
});
