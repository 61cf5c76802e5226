/** Object identifiers as they are written in DER, in hexadecimal. @spec RFC 5280 §4.1.1.2 */
const SIGNATURES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010e': 'sha224',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};
/** The signature that says among its parameters which hash it has: SHA-1 when it says nothing. */
const PSS = '2a864886f70d01010a';
const PSS_HASHES: Readonly<Record<string, string>> = {
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};
/** Lengths from here on tell how many octets the length has. */
const LONG_LENGTH = 0x80;

/**
 * The hash function for the channel binding `tls-server-end-point`: that of the certificate's signature,
 * but nothing weaker than SHA-256. Undefined for signatures that use none, such as Ed25519.
 *
 * @param certificate in DER
 * @spec RFC 5929 §4.1
 */
export function hashOfCertificate(certificate: Buffer): string | undefined {
  // Behind what is signed comes how it is signed. RFC 5280 §4.1
  const signed = valueAt(certificate, valueAt(certificate, 0).from);
  const algorithm = valueAt(certificate, signed.to);
  const identifier = valueAt(certificate, algorithm.from);
  const name = certificate.toString('hex', identifier.from, identifier.to);
  if (name !== PSS) return SIGNATURES[name];
  const parameters = certificate.toString('hex', identifier.to, algorithm.to);
  const named = Object.keys(PSS_HASHES).find((hash) => parameters.includes(hash));
  return named === undefined ? 'sha256' : PSS_HASHES[named];
}

/** Where the value of the element at an offset begins and ends. */
function valueAt(der: Buffer, at: number): { readonly from: number; readonly to: number } {
  const first = der.readUInt8(at + 1);
  if (first < LONG_LENGTH) return { from: at + 2, to: at + 2 + first };
  const octets = first - LONG_LENGTH;
  const from = at + 2 + octets;
  return { from, to: from + der.readUIntBE(at + 2, octets) };
}
