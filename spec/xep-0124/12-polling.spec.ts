import { message, Playbook } from '../support/playbook.ts';

describe('XEP-0124 §12 Polling sessions', () => {
  for (const open of [{ hold: '0' }, { wait: '0' }]) {
    const name = JSON.stringify(open);

    it(`B-12-01 B-7.1-08 ${name} answers every request at once`, () => {
      new Playbook({ open }).post(1).expect('#1 <- [E]');
    });

    it(`D-08 ${name} answers with whatever is ready in the turn`, () => {
      const play = new Playbook({ open }).send(message('a')).expect();
      play.post(1, {}, message('q')).expect('forward q', '#1 <- [P:a]');
    });

    it(`B-12-04 ${name} a second empty request too soon is a violation`, () => {
      const play = new Playbook({ open }).post(1).after(0.5).post(2);
      play.expect('#1 <- [E]', '#2 <- [T:policy-violation]', 'end lost');
    });

    it(`B-12-04 ${name} is one in tolerant mode, too`, () => {
      const play = new Playbook({ open, policy: { strict: false } }).post(1).after(0.5).post(2);
      play.expect('#1 <- [E]', '#2 <- [T:policy-violation]', 'end lost');
    });

    it(`B-12-04 ${name} is none after the polling interval`, () => {
      new Playbook({ open }).post(1).after(2.5).post(2).expect('#1 <- [E]', '#2 <- [E]');
    });

    it(`B-12-04 ${name} is none when the first was answered with a payload`, () => {
      const play = new Playbook({ open }).send(message('a')).post(1).after(0.5).post(2);
      play.expect('#1 <- [P:a]', '#2 <- [E]');
    });

    it(`B-12-04 ${name} is none when the second has a payload`, () => {
      const play = new Playbook({ open }).post(1).after(0.5).post(2, {}, message('m'));
      play.expect('#1 <- [E]', 'forward m', '#2 <- [E]');
    });

    it(`B-12-04 ${name} is none when a request is repeated`, () => {
      new Playbook({ open }).post(1).after(0.5).post(1).expect('#1 <- [E]', "#1' <- [E]");
    });

    it(`${name} the first poll may follow the creation at once`, () => {
      new Playbook({ open }).post(1).expect('#1 <- [E]');
    });

    it(`B-12-03 ${name} may be silent for longer`, () => {
      new Playbook({ open }).after(8.9).expect().after(0.1).expect('end lost');
    });

    it(`B-12-05 ${name} any frequency is fine without \`polling\``, () => {
      const play = new Playbook({ open, policy: { polling: 0 } }).post(1).post(2).post(3);
      play.expect('#1 <- [E]', '#2 <- [E]', '#3 <- [E]');
    });
  }
});
