import { expect } from 'chai';
import { message, Playbook, R } from '../support/playbook.ts';

describe('XEP-0124 §14 Request IDs', () => {
  describe('§14.2 in-order message forwarding', () => {
    it('B-14.2-01 B-14.2-03 accepts a whole window sent ahead and processes it in order', () => {
      const play = new Playbook({ open: { hold: '2' } });
      play.post(3, {}, message('m3')).post(2, {}, message('m2')).expect();
      play.post(1, {}, message('m1')).expect('forward m1', 'forward m2', 'forward m3', '#1 <- [E] ack=1003');
    });

    it('B-14.2-04 a rid above the window ends the session', () => {
      const play = new Playbook().post(1).post(4);
      play.expect('#1 <- [T:other-request]', '#4 <- [T:item-not-found]', 'end lost');
    });

    it('B-14.2-04 counts the window from the highest rid in sequence, answered or not', () => {
      new Playbook({ policy: { strict: false } }).post(1).post(3, {}, message('m')).expect();
    });

    it('D-10 gives an early request back when the missing one does not come', () => {
      const play = new Playbook().post(2, {}, message('m')).after(4.9).expect().after(0.1).expect('#2 <- [R]');
      play
        .post(1, {}, message('m1'))
        .post(2, {}, message('m2'))
        .expect('forward m1', 'forward m2', '#1 <- [E] ack=1002');
    });

    it('B-17.3-02 B-17.3-03 requests given back are processed once when they are repeated', () => {
      const play = new Playbook().post(2, {}, message('m2')).after(5).expect('#2 <- [R]');
      play
        .post(2, {}, message('m2'))
        .post(1, {}, message('m1'))
        .expect('forward m1', 'forward m2', '#1 <- [E] ack=1002');
    });

    it('early requests whose connection broke are still executed in their turn', () => {
      const play = new Playbook().post(2, {}, message('m2')).cut('#2').post(1, {}, message('m1'));
      play.expect('forward m1', 'forward m2');
    });
  });

  describe('§14.3 broken connections', () => {
    it('B-14.3-01 B-14.3-02 a repeated request gets the same characters and does nothing twice', () => {
      const play = new Playbook().post(1, {}, message('m')).send(message('a')).expect('forward m', '#1 <- [P:a]');
      play.post(1, {}, message('m')).expect("#1' <- [P:a]");
      expect(play.answers.get("#1'")).to.equal(play.answers.get('#1'));
    });

    it('D-12 the same characters also include the acknowledgement as it was', () => {
      const play = new Playbook().post(1).post(2, {}, message('m')).expect('forward m', '#1 <- [E] ack=1002');
      play.post(1).expect("#1' <- [E] ack=1002");
    });

    it('B-14.3-02 repeats the creation response', () => {
      const play = new Playbook();
      play.post(0).expect('#0 <- [P:stream:features] ack=1000');
    });

    it('B-14.3-03 keeps as many responses as requests were agreed', () => {
      const play = new Playbook();
      for (let n = 1; n <= 3; n += 1) play.post(n).send(message(`m${n}`));
      play.expect('#1 <- [P:m1]', '#2 <- [P:m2]', '#3 <- [P:m3]');
      play.post(2).expect("#2' <- [P:m2]");
      play.post(1).expect("#1' <- [T:item-not-found]", 'end lost');
    });

    it('B-14.3-01 D-14 the answer to a pause is kept beside the others, and takes no room from them', () => {
      const play = new Playbook().post(1).send(message('a')).post(2).post(3, { pause: 3 });
      play.expect('#1 <- [P:a]', '#2 <- [E] ack=1003', '#3 <- [E]');
      play.post(1).post(3, { pause: 3 }).expect("#1' <- [P:a]", "#3' <- [E]");
    });

    it('B-14.3-04 a copy of a held request takes its place', () => {
      const play = new Playbook().post(1).cut('#1').post(1).expect();
      play.send(message('m')).expect("#1' <- [P:m]");
    });

    it('B-14.3-05 D-11 the older connection is told to forget it', () => {
      const play = new Playbook().post(1, {}, message('q')).post(1, {}, message('q')).expect('forward q', '#1 <- [R]');
      play.send(message('m')).expect("#1' <- [P:m]");
    });

    it('B-14.3-05 also when the request came too early', () => {
      const play = new Playbook().post(2, {}, message('q')).post(2, {}, message('q')).expect('#2 <- [R]');
      play.post(1).expect('forward q', '#1 <- [E] ack=1002');
      play.send(message('m')).expect("#2' <- [P:m]");
    });

    it('D-09 a copy is held for its own full wait', () => {
      new Playbook().post(1).after(4).post(1).after(4.9).expect('#1 <- [R]').after(0.1).expect("#1' <- [E]");
    });

    it('a copy of the lower request does not let the higher one wait too long', () => {
      const play = new Playbook({ open: { hold: '2' }, policy: { polling: 0 } });
      play.post(1).post(2).after(4).post(1).expect('#1 <- [R]');
      play.after(1).expect("#1' <- [E] ack=1002", '#2 <- [E]');
    });

    it('B-14.3-06 D-16 ten copies are fine, the eleventh is not', () => {
      const held = new Playbook().post(1);
      for (let copy = 2; copy <= 10; copy += 1) held.post(1);
      held.expect(...Array.from({ length: 9 }, (_, index) => `#1${"'".repeat(index)} <- [R]`));
      held.post(1);
      held.expect(`#1${"'".repeat(9)} <- [T:other-request]`, `#1${"'".repeat(10)} <- [T:policy-violation]`, 'end lost');
    });

    it('B-14.3-06 counts the copies of an answered request together with those before', () => {
      const play = new Playbook({ limits: { copies: 3 } }).post(1).post(1).send(message('m')).post(1);
      play.expect('#1 <- [R]', "#1' <- [P:m]", "#1'' <- [P:m]");
      play.post(1).expect("#1''' <- [T:policy-violation]", 'end lost');
    });

    it('B-14.3-07 B-14.3-08 a rid below every kept one ends the session like one above the window', () => {
      const low = new Playbook().post(-1).expect('#-1 <- [T:item-not-found]', 'end lost');
      const high = new Playbook().post(9).expect('#9 <- [T:item-not-found]', 'end lost');
      expect(low.answers.get('#-1')).to.equal(high.answers.get('#9'));
    });

    it('D-13 a copy with another payload executes nothing', () => {
      new Playbook().post(1, {}, message('m')).post(1, {}, message('other')).expect('forward m', '#1 <- [R]');
    });
  });

  describe('D-38 a held request on a broken connection', () => {
    it('never gets a payload: it waits for the next request', () => {
      const play = new Playbook().post(1).cut('#1').send(message('a')).expect();
      play.post(2).expect('#2 <- [P:a]');
      expect(play.session.lastRid).to.equal(R + 2);
    });

    it('is answered with nothing when it is repeated after the client went on', () => {
      const play = new Playbook().post(1).cut('#1').send(message('a')).post(2).expect('#2 <- [P:a]');
      play.post(1).expect("#1' <- [E] ack=1002");
    });

    it('gets the payload when it is repeated first', () => {
      new Playbook().post(1).cut('#1').send(message('a')).post(1).expect("#1' <- [P:a]");
    });

    it('is skipped by the hold rule without a word', () => {
      new Playbook().post(1).cut('#1').after(0.5).post(2).expect().send(message('a')).expect('#2 <- [P:a]');
    });
  });

  describe('a late copy of a request long answered', () => {
    const late = (limits = {}): Playbook => {
      const play = new Playbook({ limits: { stray: 100, ...limits } });
      for (let n = 1; n <= 3; n += 1) play.post(n).send(message(`m${n}`));
      play.expect('#1 <- [P:m1]', '#2 <- [P:m2]', '#3 <- [P:m3]');
      return play.post(1).expect();
    };

    it('does no harm when its connection is closed', () => {
      late().after(0.05).cut("#1'").after(1).expect().post(4).send(message('m4')).expect('#4 <- [P:m4]');
    });

    it('B-14.3-07 ends the session when somebody waits for its answer', () => {
      late().after(0.2).expect("#1' <- [T:item-not-found]", 'end lost');
    });

    it('is told that the session is gone when it ends in the meantime', () => {
      late().post(4, { type: 'terminate' }).expect('#4 <- [T]', "#1' <- [T:item-not-found]", 'end graceful');
    });

    it('is judged at once when there are too many', () => {
      const play = late({ copies: 1 }).post(1);
      play.expect("#1'' <- [T:item-not-found]", "#1' <- [T:item-not-found]", 'end lost');
    });
  });
});
