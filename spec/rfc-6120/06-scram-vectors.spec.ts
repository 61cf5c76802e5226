import { expect } from 'chai';
import { Accounts } from '../../lib/core/accounts.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { ScramHash } from '../../lib/xmpp/sasl/scram-keys.ts';
import { Scram } from '../../lib/xmpp/sasl/scram.ts';
import { jid } from '../core/world.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** The examples of RFC 5802 §5 and RFC 7677 §3: user "user" with password "pencil". */
const EXAMPLES: readonly {
  readonly title: string;
  readonly hash: ScramHash;
  readonly clientNonce: string;
  readonly serverNonce: string;
  readonly salt: string;
  readonly proof: string;
  readonly signature: string;
}[] = [
  {
    title: 'RFC 5802 §5 SCRAM-SHA-1',
    hash: 'sha-1',
    clientNonce: 'fyko+d2lbbFgONRv9qkxdawL',
    serverNonce: '3rfcNHYJY1ZVvWVs7j',
    salt: 'QSXCR+Q6sek8bf92',
    proof: 'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    title: 'RFC 7677 §3 SCRAM-SHA-256',
    hash: 'sha-256',
    clientNonce: 'rOprNGfwEbeRWgbNEkqO',
    serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
];

for (const { title, hash, clientNonce, serverNonce, salt, proof, signature } of EXAMPLES) {
  describe(`${title}: the published example`, () => {
    const nonce = `${clientNonce}${serverNonce}`;

    async function challenged(): Promise<Scram> {
      const accounts = new Accounts({
        store: createMemoryStore(),
        random: { bytes: () => Buffer.from(salt, 'base64') },
        clock: new VirtualClock(),
        iterations: 4096,
      });
      const user = jid('user@example.com');
      await accounts.create(user, 'pencil');
      const scram = new Scram({ hash, nonce: serverNonce });
      expect(scram.respond(`n,,n=user,r=${clientNonce}`)).to.deep.equal({
        step: 'ask',
        ask: { about: 'scram', username: 'user', hash },
      });
      const challenge = scram.answer({ about: 'scram', ...(await accounts.scramKeys(user, hash)) });
      expect(challenge).to.deep.equal({ step: 'challenge', data: `r=${nonce},s=${salt},i=4096` });
      return scram;
    }

    it('succeeds, and proves that the server has the keys', async () => {
      expect((await challenged()).respond(`c=biws,r=${nonce},p=${proof}`)).to.deep.equal({
        step: 'success',
        username: 'user',
        authzid: '',
        data: `v=${signature}`,
      });
    });

    const FALSE: readonly [string, string][] = [
      ['another nonce', `c=biws,r=${nonce}x,p=${proof}`],
      ['another GS2 header', `c=eSws,r=${nonce},p=${proof}`],
      ['another proof', `c=biws,r=${nonce},p=${Buffer.alloc(Buffer.from(proof, 'base64').length).toString('base64')}`],
      ['a proof of another length', `c=biws,r=${nonce},p=AAAA`],
      ['an extension that the proof does not cover', `c=biws,r=${nonce},x=y,p=${proof}`],
    ];
    for (const [what, answer] of FALSE) {
      it(`fails with ${what}`, async () => {
        expect((await challenged()).respond(answer)).to.deep.equal({ step: 'failure', condition: 'not-authorized' });
      });
    }
  });
}
