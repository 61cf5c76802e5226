import { expect } from 'chai';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import { message, Playbook, type Play } from '../support/playbook.ts';

const unavailable = "<presence xmlns='jabber:client' type='unavailable' id='bye'/>";

/** A session with two streams, `s1` and `s2`, and no open request. */
function two(play: Play = {}): Playbook {
  const book = new Playbook(play).post(1, { to: 'example.com', 'xml:lang': 'en' });
  return book.expect('add example.com', '#1 <- [P:stream:features] stream=s2');
}

describe('XEP-0124 §16 Multiple streams', () => {
  describe('§16.2 discovery', () => {
    it('B-16.2-01 the creation response names the first stream', () => {
      expect(new Playbook({ silent: true }).send(message('m')).answers.get('#0')).to.contain(" stream='s1'");
    });

    it('B-16.2-01 not where the feature is off', () => {
      const off = new Playbook({ silent: true, policy: { maxStreams: 1 } }).send(message('m'));
      expect(off.answers.get('#0')).not.to.contain('stream=');
    });
  });

  describe('§16.3 adding streams', () => {
    it('B-16.3-03 opens a stream and tells its name at once', () => {
      two();
    });

    it('B-16.3-03 releases the request that is held, and answers the one that asked', () => {
      const play = new Playbook().post(1).post(2, { to: 'example.com' });
      play.expect('#1 <- [E] ack=1002', 'add example.com', '#2 <- [P:stream:features] stream=s2');
    });

    it('B-16.3-04 B-16.3-05 X-4-09 the answer has what a stream header has, and nothing of a creation response', () => {
      const answer = two().answers.get('#1') ?? '';
      const names = /^<body ([^>]*)>/
        .exec(answer)?.[1]
        ?.match(/[\w:]+(?==)/g)
        ?.join(' ');
      expect(names).to.equal('xmlns stream from authid xml:lang xmlns:xmpp xmpp:version xmlns:stream');
      expect(answer).to.contain(" from='example.com'").and.to.contain(" xmpp:version='1.0'");
    });

    it('B-16.3-02 where the feature is off the request is an empty one like any other', () => {
      const off = new Playbook({ policy: { maxStreams: 1 } }).post(1, { to: 'example.com' }).expect();
      off.send(message('m')).expect('#1 <- [P:m]');
    });

    it('a stream that cannot be opened is named and closed in one answer', () => {
      const play = new Playbook().post(1, { to: 'nowhere' });
      play.expect('add nowhere', 'close s2 lost', '#1 <- [T:host-unknown] stream=s2');
      play.post(2, { stream: 's1' }, message('m')).expect('forward m to s1');
    });

    it('a client that has `to` beside payloads, where it means nothing, opens none with it', () => {
      const play = new Playbook({ policy: { polling: 0 } }).post(1, { to: 'example.com' }, message('m'));
      play.expect('forward m');
      play.post(2, { to: 'example.com' }).expect('#1 <- [E] ack=1002');
      play.send(message('n')).expect('#2 <- [P:n]');
    });

    it('B-14.2-01 an early request means what it would have meant in its turn', () => {
      const play = new Playbook().post(2, { stream: 's1', type: 'terminate' }).post(1, { to: 'example.com' });
      play.expect('add example.com', 'close s1 graceful', '#1 <- [P:stream:features] stream=s2 ack=1002');
    });

    it('`to` on a restart opens none either', () => {
      const play = new Playbook().post(1, { 'xmpp:restart': 'true', to: 'example.com' }).expect('restart');
      play
        .post(2, { to: 'example.com' })
        .expect('#1 <- [E] ack=1002', 'add example.com', '#2 <- [P:stream:features] stream=s2');
    });
  });

  describe('§16.4 transmitting payloads', () => {
    it('B-16.4-01 B-16.4-03 no body mixes streams, and each with payloads names its own', () => {
      const play = two();
      play.together((session) => {
        for (const [stream, id] of [
          ['s1', 'a'],
          ['s1', 'b'],
          ['s2', 'c'],
          ['s1', 'd'],
        ] as const) {
          session.send({ xml: message(id), element: null as never }, stream);
        }
        return [];
      });
      play.post(2).expect('#2 <- [P:a b] stream=s1');
      play.post(3).expect('#3 <- [P:c] stream=s2');
      play.post(4).expect('#4 <- [P:d] stream=s1');
    });

    it('B-16.4-07 while there is one stream only, nothing is named', () => {
      new Playbook().post(1).send(message('m')).expect('#1 <- [P:m]');
    });

    it('B-16.4-02 B-16.4-06 what is for one stream goes there; the answer may be of another', () => {
      two()
        .post(2, { stream: 's2' }, message('m'))
        .sendOn('s1', message('n'))
        .expect('forward m to s2', '#2 <- [P:n] stream=s1');
    });

    it('B-16.4-04 a name that never was ends the session', () => {
      two().post(2, { stream: 'guess' }, message('m')).expect('#2 <- [T:item-not-found]', 'end lost');
    });

    it('B-16.4-04 a name that never was ends a session with one stream, too', () => {
      new Playbook().post(1, { stream: 'guess' }, message('m')).expect('#1 <- [T:item-not-found]', 'end lost');
    });

    it('B-16.4-04 what is for a stream just closed is dropped, and the request held', () => {
      const play = two().post(2, { stream: 's2', type: 'terminate' }).expect('close s2 graceful');
      play.post(3, { stream: 's2' }, message('m')).expect('#2 <- [E] ack=1003');
      play.send(message('n')).expect('#3 <- [P:n] stream=s1');
    });

    it('B-16.4-04 B-10-07 a pause is one also beside what is dropped', () => {
      const play = two().post(2, { stream: 's2', type: 'terminate' }).expect('close s2 graceful');
      play.post(3, { stream: 's2', pause: 6 }, message('m')).expect('#2 <- [E] ack=1003', '#3 <- [E]');
    });

    it('B-16.4-04 that a stream was there is forgotten in the end', () => {
      const play = two().post(2, { stream: 's2', type: 'terminate' }).expect('close s2 graceful');
      let rid = 3;
      for (let stream = 3; stream <= 18; stream += 1) {
        play.post(rid++, { to: 'example.com' }).post(rid++, { stream: `s${stream}`, type: 'terminate' });
      }
      expect(play.session.isEnded).to.equal(false);
      play.post(rid, { stream: 's2' }, message('m'));
      expect(play.session.isEnded).to.equal(true);
    });

    it('B-16.4-05 the name of an empty request is not looked at', () => {
      two().post(2, { stream: 'guess' }).expect().sendOn('s2', message('m')).expect('#2 <- [P:m] stream=s2');
    });

    it('B-16.4-05 an empty answer names no stream', () => {
      two().post(2).after(5).expect('#2 <- [E]');
    });

    it('B-16.4-08 payloads without a name go to all open streams', () => {
      two().post(2, {}, message('m')).expect('forward m');
    });

    it('where the feature is off names mean nothing', () => {
      const off = new Playbook({ policy: { maxStreams: 1 } });
      off.post(1, { stream: 'guess' }, message('m')).expect('forward m to guess');
    });
  });

  describe('X-5-04 restarting one of several', () => {
    it('restarts the stream that is named', () => {
      const play = two().post(2, { 'xmpp:restart': 'true', stream: 's2' }).expect('restart to s2');
      play.sendOn('s2', message('features')).expect('#2 <- [P:features] stream=s2');
    });

    it('restarts the only one that is open when none is named', () => {
      const play = two().post(2, { type: 'terminate', stream: 's1' }).expect('close s1 graceful');
      play.post(3, { 'xmpp:restart': 'true' }).expect('#2 <- [E] ack=1003', 'restart to s2');
    });
  });

  describe('§16.5 closing a stream', () => {
    it('B-16.5-01 payloads go first; the others live on', () => {
      const play = two().post(2, { type: 'terminate', stream: 's2' }, unavailable);
      play.expect('forward bye to s2', 'close s2 graceful').sendOn('s1', message('m')).expect('#2 <- [P:m] stream=s1');
    });

    it('B-16.5-01 what waited for it is handed over, and never sent', () => {
      const play = two().sendOn('s2', message('a')).sendOn('s1', message('b'));
      play.post(3, { type: 'terminate', stream: 's2' }).expect();
      play.post(2).expect('close s2 graceful, undelivered a', '#2 <- [P:b] stream=s1 ack=1003');
    });

    it('B-16.4-07 the first may be closed before the others, which keep their names', () => {
      const play = two().post(2, { type: 'terminate', stream: 's1' }).expect('close s1 graceful');
      play.sendOn('s2', message('m')).expect('#2 <- [P:m] stream=s2');
    });

    it('B-16.5-02 with the last one the session ends', () => {
      const play = two().post(2, { type: 'terminate', stream: 's1' }).post(3, { type: 'terminate', stream: 's2' });
      play.expect('close s1 graceful', '#2 <- [T]', '#3 <- [E]', 'end graceful');
    });

    it('B-16.5-03 without a name payloads go to all, and the session ends', () => {
      two().post(2, { type: 'terminate' }, unavailable).expect('forward bye', '#2 <- [T]', 'end graceful');
    });
  });

  describe('§16.6 errors', () => {
    it('B-16.6-01 an error of one stream closes that one only', () => {
      const play = two().post(2).closeStream('s2', new StreamError('conflict'));
      play.expect('close s2 lost', '#2 <- [T:remote-stream-error stream:error] stream=s2');
      play
        .post(3, { stream: 's1' }, message('m'))
        .sendOn('s1', message('n'))
        .expect('forward m to s1', '#3 <- [P:n] stream=s1');
    });

    it('B-16.6-01 what it was sent and may not have read is handed over', () => {
      const play = two().post(2).sendOn('s2', message('a')).expect('#2 <- [P:a] stream=s2');
      play.sendOn('s2', message('b')).closeStream('s2', new StreamError('conflict'));
      play.expect('close s2 lost, undelivered a b');
    });

    it('B-16.6-01 the error waits for a request like anything else, alone in its body', () => {
      const play = two().post(2).sendOn('s2', message('a')).post(3).expect('#2 <- [P:a] stream=s2');
      play.cut('#3').closeStream('s2', new StreamError('conflict')).sendOn('s1', message('m'));
      play.expect('close s2 lost');
      play.post(4).expect('#4 <- [T:remote-stream-error stream:error] stream=s2');
      play.post(5).expect('#5 <- [P:m] stream=s1');
    });

    it('B-16.6-01 with the last stream the session ends', () => {
      const play = two().post(2, { type: 'terminate', stream: 's2' }).closeStream('s1', new StreamError('conflict'));
      play.expect('close s2 graceful', '#2 <- [T:remote-stream-error stream:error]', 'end lost');
    });

    it('B-16.6-02 an error without a name ends all', () => {
      two().post(2).post(9).expect('#2 <- [T:other-request]', '#9 <- [T:item-not-found]', 'end lost');
    });

    it('D-50 beside an error that ends several streams no payload is sent', () => {
      const play = two().post(2);
      play.together((session, now) => {
        session.send({ xml: message('a'), element: null as never }, 's2');
        return session.close(new StreamError('system-shutdown'), now);
      });
      play.expect('#2 <- [T:remote-stream-error stream:error]', 'end lost');
      expect(play.session.takeUndelivered('s2').map(({ xml }) => xml)).to.include(message('a'));
    });
  });
});
