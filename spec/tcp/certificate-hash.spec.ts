import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { hashOfCertificate } from '../../lib/tcp/certificate-hash.ts';

describe('RFC 5929 §4.1: the hash of a certificate', () => {
  const hashOf = (name: string): string | undefined =>
    hashOfCertificate(new X509Certificate(readFileSync(join('spec', 'support', 'certificates', `${name}.pem`))).raw);

  it('is that of its signature', () => {
    expect(hashOf('first')).to.equal('sha256');
    expect(hashOf('p384')).to.equal('sha384');
    expect(hashOf('pss'), 'named by the parameters').to.equal('sha512');
  });

  it('is SHA-256 instead of SHA-1', () => {
    expect(hashOf('sha1')).to.equal('sha256');
  });

  it('is not defined where the signature has none', () => {
    expect(hashOf('ed25519')).to.equal(undefined);
  });
});
