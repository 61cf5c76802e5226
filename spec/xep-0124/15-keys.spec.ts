import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { KeySequence, proofOf } from '../../lib/bosh/keys.ts';
import { message, Playbook, R } from '../support/playbook.ts';

/** K(1) … K(n) for a seed. */
function sequence(seed: string, n: number): string[] {
  const keys: string[] = [];
  for (let key = seed; keys.length < n; keys.push(key)) key = createHash('sha1').update(key).digest('hex');
  return keys;
}

const KEYS = sequence('foo', 10);
const key = (n: number): string => KEYS[n - 1] ?? '';
const open = { newkey: key(10) };

describe('XEP-0124 §15 Key sequencing', () => {
  it('B-15.3-02 B-15.4-03 the vector of the catalogue', () => {
    expect(KEYS.slice(0, 3)).to.deep.equal([
      '0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33',
      '2865765152809a426f118f48c468c5f459425211',
      '817b5a854bb36106a301bb50ad71623262749c49',
    ]);
    const keys = new KeySequence();
    expect(keys.accept({ key: undefined, newKey: key(3) })).to.equal(true);
    expect(keys.accept({ key: key(2), newKey: undefined })).to.equal(true);
    expect(keys.accept({ key: key(1), newKey: undefined })).to.equal(true);
    expect(keys.accept({ key: 'foo', newKey: undefined })).to.equal(true);
  });

  it('B-15.4-02 takes a whole sequence, down to the first key', () => {
    const play = new Playbook({ open });
    for (let n = 1; n <= 9; n += 1) play.post(n, { key: key(10 - n) }, message(`m${n}`)).send(message(`r${n}`));
    expect(play.session.isEnded).to.equal(false);
  });

  it('B-15.3-03 compares without regard to case', () => {
    const play = new Playbook({ open: { newkey: key(10).toUpperCase() } });
    play.post(1, { key: key(9) }, message('m')).expect('forward m');
  });

  it('B-15.4-04 a wrong key: nothing is processed, and the session ends', () => {
    const play = new Playbook({ open }).post(1, { key: key(9) }).post(2, { key: key(9) }, message('m'));
    play.expect('#1 <- [T:other-request]', '#2 <- [T:item-not-found]', 'end lost');
  });

  it('B-15.4-04 a missing key ends the session', () => {
    new Playbook({ open }).post(1, {}, message('m')).expect('#1 <- [T:item-not-found]', 'end lost');
  });

  it('B-15.4-04 early requests are checked in rid order', () => {
    const play = new Playbook({ open }).post(2, { key: key(8) }, message('b')).expect();
    play.post(1, { key: key(9) }, message('a')).expect('forward a', 'forward b', '#1 <- [E] ack=1002');
  });

  it('B-15.4-04 an early request with a wrong key ends the session in its turn', () => {
    const play = new Playbook({ open }).post(2, { key: key(7) }, message('b')).post(1, { key: key(9) }, message('a'));
    play.expect('forward a', '#1 <- [T:other-request]', '#2 <- [T:item-not-found]', 'end lost');
  });

  it('B-15.4-04 D-13 a copy of an answered request must have its key', () => {
    const play = new Playbook({ open })
      .post(1, { key: key(9) })
      .send(message('m'))
      .expect('#1 <- [P:m]');
    play.post(1, { key: key(9) }).expect("#1' <- [P:m]");
    play.post(1, { key: key(8) }).expect("#1'' <- [T:item-not-found]", 'end lost');
  });

  it('B-15.4-04 D-13 so must a copy of an open one', () => {
    const play = new Playbook({ open })
      .post(1, { key: key(9) })
      .post(1, { key: key(9) })
      .expect('#1 <- [R]');
    play.post(1).expect("#1' <- [T:other-request]", "#1'' <- [T:item-not-found]", 'end lost');
  });

  it('B-15.4-04 D-13 and of an early one', () => {
    const play = new Playbook({ open }).post(2, { key: key(8) }).post(2, { key: key(9) });
    play.expect('#2 <- [T:other-request]', "#2' <- [T:item-not-found]", 'end lost');
  });

  it('B-15.4-04 D-13 so must a copy of one of a session that has ended', () => {
    const { session } = new Playbook({ open }).post(1, { key: key(9), type: 'terminate' }, message('bye'));
    const proof = proofOf({ key: key(9), newKey: undefined });
    expect(session.tombstone().answer(R + 1, proof)).to.contain("type='terminate'");
    expect(session.tombstone().answer(R + 1)).to.equal(undefined);
  });

  describe('§15.5 switching to another sequence', () => {
    const OTHER = sequence('bar', 5);

    it('B-15.5-02 the last key with a new one starts the new sequence', () => {
      const play = new Playbook({ open: { newkey: key(2) } });
      play.post(1, { key: key(1), newkey: OTHER[4] ?? '' }, message('a')).expect('forward a');
      play.post(2, { key: OTHER[3] ?? '' }, message('b')).expect('forward b', '#1 <- [E] ack=1002');
    });

    it('B-15.5-02 the old sequence ends with it', () => {
      const play = new Playbook({ open: { newkey: key(10) } });
      play
        .post(1, { key: key(9), newkey: OTHER[4] ?? '' })
        .send(message('r'))
        .expect('#1 <- [P:r]');
      play.post(2, { key: key(8) }).expect('#2 <- [T:item-not-found]', 'end lost');
    });
  });

  it('D-42 a sequence may begin later in a session', () => {
    const play = new Playbook()
      .post(1, { newkey: key(5) })
      .send(message('r'))
      .expect('#1 <- [P:r]');
    play
      .post(2, { key: key(4) })
      .send(message('s'))
      .expect('#2 <- [P:s]');
    play.post(3).expect('#3 <- [T:item-not-found]', 'end lost');
  });

  it('B-15.4-03 a key without a sequence means nothing', () => {
    new Playbook().post(1, { key: 'whatever' }).post(2, {}, message('m')).expect('forward m', '#1 <- [E] ack=1002');
  });
});
