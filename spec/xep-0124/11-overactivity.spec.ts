import { message, Playbook } from '../support/playbook.ts';

describe('XEP-0124 §11 Overactivity', () => {
  it('B-11-03 more unanswered requests than agreed are a violation, to the letter', () => {
    const play = new Playbook().post(1).post(3, {}, message('m'));
    play.expect('#1 <- [T:other-request]', '#3 <- [T:policy-violation]', 'end lost');
  });

  it('B-11-03 D-04 the tolerant mode waits for the missing one', () => {
    const play = new Playbook({ policy: { strict: false } }).post(1).post(3, {}, message('m3')).expect();
    play.post(2, {}, message('m2')).expect('forward m2', 'forward m3', '#1 <- [E] ack=1003', '#2 <- [E] ack=1003');
  });

  it('B-11-02 one more may be a terminate, which waits for its turn', () => {
    const play = new Playbook().post(1).post(3, { type: 'terminate' }).expect();
    play.post(2, {}, message('m')).expect('forward m', '#1 <- [T]', '#2 <- [E]', '#3 <- [E]', 'end graceful');
  });

  it('B-11-02 D-04 a terminate may exceed the window by one', () => {
    new Playbook().post(3, { type: 'terminate' }).expect();
    new Playbook().post(4, { type: 'terminate' }).expect('#4 <- [T:item-not-found]', 'end lost');
  });

  describe('B-11-05 the frequency of empty requests', () => {
    it('is a violation when all agreed requests are open and two follow too soon', () => {
      const play = new Playbook().post(1).after(0.5).post(2);
      play.expect('#1 <- [T:other-request]', '#2 <- [T:policy-violation]', 'end lost');
    });

    it('is fine after the polling interval', () => {
      new Playbook().post(1).after(2.5).post(2).expect('#1 <- [E] ack=1002');
    });

    it('is fine with a payload', () => {
      new Playbook().post(1).after(0.5).post(2, {}, message('m')).expect('forward m', '#1 <- [E] ack=1002');
    });

    it('does not count repeated requests', () => {
      new Playbook().post(1).after(0.5).post(1).expect('#1 <- [R]');
    });

    it('D-05 tolerant: the third within ten intervals is too much', () => {
      const play = new Playbook({ policy: { strict: false } }).post(1).after(0.5).post(2).after(0.5).post(3);
      play.expect('#1 <- [E] ack=1002', '#2 <- [E] ack=1003');
      play.after(0.5).post(4).expect('#3 <- [T:other-request]', '#4 <- [T:policy-violation]', 'end lost');
    });

    it('D-05 tolerant: hits are forgotten after ten intervals', () => {
      const play = new Playbook({ policy: { strict: false } }).post(1).after(0.5).post(2).after(0.5).post(3);
      play.after(4).post(4).after(4.5).post(5).after(4.5).post(6).after(4.5).post(7).after(4.5).post(8);
      play.expect(...[1, 2, 3, 4, 5, 6, 7].map((n) => `#${n} <- [E] ack=${1001 + n}`));
      play.after(0.5).post(9).expect('#8 <- [E] ack=1009');
    });

    it('D-05 a request whose connection has closed does not count', () => {
      new Playbook().post(1).cut('#1').after(0.5).post(2).expect();
    });

    it('B-11-06 any frequency is fine without `polling`', () => {
      const play = new Playbook({ policy: { polling: 0 } });
      for (let n = 1; n <= 50; n += 1) play.post(n);
      play.expect(...Array.from({ length: 49 }, (_, index) => `#${index + 1} <- [E] ack=${1002 + index}`));
    });
  });
});
