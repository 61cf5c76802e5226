import { expect } from 'chai';
import { ResponseBuffer } from '../../lib/compare/weather/response-buffer.ts';
import { HttpReader } from '../../lib/compare/wire/http-reader.ts';
import { ElementSplitter } from '../../lib/compare/wire/element-splitter.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('a buffering proxy', () => {
  it('keeps a response until it is complete', () => {
    const buffer = new ResponseBuffer(1000);
    expect(buffer.push(Buffer.from(`${HEAD}he`))).to.deep.equal([]);
    const released = buffer.push(Buffer.from('llo'));
    expect(Buffer.concat(released).toString()).to.equal(`${HEAD}hello`);
  });

  it('keeps a stream until it is too big to keep', () => {
    const buffer = new ResponseBuffer(100);
    expect(buffer.push(Buffer.from(CHUNKED))).to.deep.equal([]);
    expect(buffer.push(Buffer.from('5\r\nhello\r\n'))).to.deep.equal([]);
    expect(buffer.push(Buffer.from(`40\r\n${'x'.repeat(64)}\r\n`))).to.have.length(3);
  });

  it('lets what is no HTTP through at once', () => {
    const buffer = new ResponseBuffer(1000);
    expect(buffer.push(Buffer.from('<stream:stream>'))).to.have.length(1);
    const upgraded = new ResponseBuffer(1000);
    expect(upgraded.push(Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n'))).to.have.length(1);
    expect(upgraded.push(Buffer.from([0x81, 2, 65, 66]))).to.have.length(1);
  });
});

describe('reading responses piece by piece', () => {
  const response = `${HEAD}hello${CHUNKED}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n`;

  for (const size of [1, 2, 7, 1000]) {
    it(`gives the same in pieces of ${size}`, () => {
      const reader = new HttpReader();
      const bodies: string[] = [];
      for (let at = 0; at < response.length; at += size) {
        for (const event of reader.push(Buffer.from(response.slice(at, at + size)))) {
          if (event.is === 'head') bodies.push(`${event.status} `);
          if (event.is === 'data') bodies.push(event.text);
          if (event.is === 'end') bodies.push('|');
        }
      }
      expect(bodies.join('')).to.equal('200 hello|200 abcde|204 |');
      expect(reader.isBetween).to.equal(true);
    });
  }
});

describe('cutting a stream into elements', () => {
  const stream =
    `<?xml version='1.0'?><stream:stream xmlns='jabber:client' to="a>b"><stream:features><bind/></stream:features>` +
    `<message id='1'><body>a</body></message><r/><iq x='/>'><q><w/></q></iq></stream:stream>`;

  for (const size of [1, 3, 1000]) {
    it(`gives whole ones only, in pieces of ${size}`, () => {
      const splitter = new ElementSplitter();
      const whole: string[] = [];
      for (let at = 0; at < stream.length; at += size) {
        const text = splitter.push(stream.slice(at, at + size));
        if (text !== '') whole.push(text);
      }
      expect(whole.join('')).to.equal(
        `<stream:features><bind/></stream:features><message id='1'><body>a</body></message><r/><iq x='/>'><q><w/></q></iq>`,
      );
      if (size === 1) expect(whole).to.have.length(4);
    });
  }
});
