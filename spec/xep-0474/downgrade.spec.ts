import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Scram } from '../../lib/xmpp/sasl/scram.ts';
import type { ScramHash } from '../../lib/xmpp/sasl/scram-keys.ts';
import { World } from '../core/world.ts';
import { StreamClient } from '../support/stream-client.ts';

const FIRST = 'n,,n=juliet,r=abc';
const KEYS = {
  salt: Buffer.from('QSXCR+Q6sek8bf92', 'base64'),
  iterations: 4096,
  storedKey: Buffer.alloc(20),
  serverKey: Buffer.alloc(20),
};

describe('XEP-0474 SCRAM downgrade protection', () => {
  const hashOf = (hash: string, text: string): string => createHash(hash).update(text).digest('base64');

  function serverFirst(hash: ScramHash, offered: readonly string[]): string {
    const scram = new Scram({ hash, nonce: '-a09117a6', offer: { mechanisms: offered, bindings: [] } });
    scram.respond(FIRST);
    const step = scram.answer({ about: 'scram', keys: KEYS, exists: true });
    return step.step === 'challenge' ? step.data : '';
  }

  it('§6.1 the hash of the sorted list follows the iterations, by the hash of the mechanism', () => {
    const expected = hashOf('sha1', 'PLAIN\x1eSCRAM-SHA-1\x1eSCRAM-SHA-256');
    expect(serverFirst('sha-1', ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'])).to.equal(
      `r=abc-a09117a6,s=QSXCR+Q6sek8bf92,i=4096,h=${expected}`,
    );
    expect(serverFirst('sha-512', ['SCRAM-SHA-512'])).to.contain(`h=${hashOf('sha512', 'SCRAM-SHA-512')}`);
  });

  for (const profile of ['RFC 6120', 'SASL2'] as const) {
    it(`§6.1 is made of what was on offer, with ${profile}`, async () => {
      const client = new StreamClient(new World().start(), { mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-256'] }).opens();
      await client.next();
      if (profile === 'SASL2') client.authenticates('SCRAM-SHA-256', FIRST);
      else client.auth('SCRAM-SHA-256', FIRST);
      const challenge = Buffer.from((await client.next()).text, 'base64').toString();
      expect(challenge).to.contain(`,h=${hashOf('sha256', 'SCRAM-SHA-1\x1eSCRAM-SHA-256')}`);
    });
  }
});
