import { message, Playbook } from '../support/playbook.ts';

describe('XEP-0124 §9 Acknowledgements', () => {
  describe('§9.1 of requests', () => {
    it('B-9.1-01 names the highest rid received when an older request is answered', () => {
      new Playbook().post(1).post(2, {}, message('m')).expect('forward m', '#1 <- [E] ack=1002');
    });

    it('B-9.1-02 does not count beyond a gap', () => {
      const play = new Playbook({ open: { hold: '2' }, policy: { strict: false } });
      play.post(1).post(3, {}, message('m3')).send(message('a')).expect('#1 <- [P:a]');
      play.post(2, {}, message('m2')).expect('forward m2', 'forward m3');
      play.send(message('b')).expect('#2 <- [P:b] ack=1003');
    });

    it('B-9.1-04 says nothing when the answered request is the highest', () => {
      new Playbook().post(1).send(message('m')).expect('#1 <- [P:m]');
    });

    it('B-9.1-03 D-41 stays silent to clients older than 1.6', () => {
      new Playbook({ open: { ver: '1.5' } }).post(1).post(2, {}, message('m')).expect('forward m', '#1 <- [E]');
    });
  });

  describe('§9.2 of responses', () => {
    const acking = { open: { ack: '1' }, policy: { polling: 0 } };

    it('B-9.2-03 an absent ack means that everything has arrived', () => {
      const play = new Playbook(acking);
      play.post(1).send(message('a')).post(2).expect('#1 <- [P:a]');
      play.post(1).expect('#2 <- [T:other-request]', "#1' <- [T:item-not-found]", 'end lost');
    });

    it('B-9.2-06 B-14.3-03 keeps every response that is not acknowledged', () => {
      const play = new Playbook(acking);
      for (let n = 1; n <= 10; n += 1) play.post(n, { ack: 1000 }).send(message(`m${n}`));
      play.expect(...Array.from({ length: 10 }, (_, index) => `#${index + 1} <- [P:m${index + 1}]`));
      play.post(2).expect("#2' <- [P:m2]");
    });

    it('B-9.2-04 B-9.2-05 D-40 reports a response that is missing for a second', () => {
      const play = new Playbook(acking);
      play.post(1).send(message('a')).post(2).send(message('b')).expect('#1 <- [P:a]', '#2 <- [P:b]');
      play.after(1.5).post(3, { ack: 1001 }).expect('#3 <- [E] report=1002 time=1500');
    });

    it('D-40 reports a missing response once', () => {
      const play = new Playbook(acking);
      play.post(1).send(message('a')).post(2).send(message('b')).after(1.5).post(3, { ack: 1001 });
      play.expect('#1 <- [P:a]', '#2 <- [P:b]', '#3 <- [E] report=1002 time=1500');
      play.after(1.5).post(4, { ack: 1001 }).expect();
    });

    it('D-40 does not report a response that may be in flight', () => {
      const play = new Playbook(acking);
      play.post(1).send(message('a')).post(2).send(message('b')).expect('#1 <- [P:a]', '#2 <- [P:b]');
      play.after(0.9).post(3, { ack: 1001 }).expect();
    });

    it('B-9.2-02 an ack of a client that did not announce acks only trims', () => {
      const play = new Playbook();
      play.post(1).send(message('a')).post(2, { ack: 1001 }).expect('#1 <- [P:a]');
      play.post(1).expect('#2 <- [T:other-request]', "#1' <- [T:item-not-found]", 'end lost');
    });

    it('D-15 drops the oldest when too many are kept', () => {
      const play = new Playbook({ ...acking, limits: { keptResponses: 3 } });
      for (let n = 1; n <= 4; n += 1) play.post(n, { ack: 1000 }).send(message(`m${n}`));
      play.expect('#1 <- [P:m1]', '#2 <- [P:m2]', '#3 <- [P:m3]', '#4 <- [P:m4]');
      play.post(2).expect("#2' <- [P:m2]");
      play.post(1).expect("#1' <- [T:item-not-found]", 'end lost');
    });

    it('D-15 drops the oldest when too many bytes are kept', () => {
      const play = new Playbook({ ...acking, limits: { keptBytes: 600 } });
      for (let n = 1; n <= 3; n += 1) play.post(n, { ack: 1000 }).send(message(`m${n}`, 'x'.repeat(200)));
      play.expect('#1 <- [P:m1]', '#2 <- [P:m2]', '#3 <- [P:m3]');
      play.post(1).expect("#1' <- [T:item-not-found]", 'end lost');
    });
  });
});
