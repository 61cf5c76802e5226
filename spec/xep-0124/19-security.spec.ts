import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { opaqueId } from '../../lib/base/random.ts';
import { silent } from '../../lib/base/log.ts';
import { BoshWorld } from '../support/bosh-world.ts';
import { message } from '../support/playbook.ts';

const tls = { secure: true };

describe('XEP-0124 §19 Security', () => {
  it('B-19.1-03 B-19.1-06 a session opened over TLS is not touched by a request without it', () => {
    const world = new BoshWorld();
    world.open({}, tls);
    const clear = world.post(1, {}, message('stolen'), { secure: false });
    expect(clear.isDestroyed).to.equal(true);
    expect(clear.answer).to.equal(undefined);
    expect(world.received()).to.deep.equal([]);
    world.post(1, {}, message('mine'), tls);
    expect(world.received()).to.deep.equal(['mine']);
  });

  it('B-19.1-06 nor by one that is not acceptable', () => {
    const world = new BoshWorld();
    world.open({}, tls);
    expect(world.post(1, { rid: 'x' }).isDestroyed).to.equal(true);
    expect(world.manager.size).to.equal(1);
  });

  it('B-19.1-03 a session without TLS may go on over TLS', () => {
    const world = new BoshWorld();
    world.open();
    world.post(1, {}, message('m'), tls);
    expect(world.received()).to.deep.equal(['m']);
  });

  it('B-19.3-01 B-7.2-01 B-16.2-03 B-15.1-02 sids and stream names have 128 and 65 random bits, and never come twice', () => {
    const world = new BoshWorld({ limits: { tombstones: 0 } });
    const seen = new Set<string>();
    for (let n = 0; n < 1000; n += 1) {
      const { sid = '', stream = '' } = world.open({ rid: 1000 + n }).xml.attrs;
      expect(sid).to.match(/^[a-z2-7]{26}$/);
      expect(stream).to.match(/^[a-z2-7]{13}$/);
      seen.add(sid).add(stream);
    }
    expect(seen.size).to.equal(2000);
  });

  it('B-19.3-01 every character of an identifier is as likely as any other', () => {
    const counts = new Map<string, number>();
    const random = { bytes: (count: number) => randomBytes(count) };
    for (let n = 0; n < 2000; n += 1) {
      for (const character of opaqueId(random)) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    const expected = (2000 * 26) / 32;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(counts.size).to.equal(32);
    // 31 degrees of freedom: more than 80 happens once in a hundred thousand runs.
    expect(chiSquare).to.be.lessThan(80);
  });

  it('H-12 what is logged of a request without TLS is its address', () => {
    const lines: string[] = [];
    const log = { ...silent, warn: (event: string, fields = {}) => lines.push(`${event} ${JSON.stringify(fields)}`) };
    const world = new BoshWorld({ log });
    world.open({}, tls);
    world.post(1, { key: 'secret' }, message('private'));
    expect(lines).to.deep.equal(['bosh.request.insecure {"address":"192.0.2.1"}']);
  });
});
