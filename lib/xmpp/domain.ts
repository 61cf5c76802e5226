import { isIPv4, isIPv6 } from 'node:net';
import { toASCII, toUnicode } from 'tr46';
import { isIdentifier } from './precis.ts';

const IDNA = {
  checkBidi: true,
  checkHyphens: true,
  checkJoiners: true,
  useSTD3ASCIIRules: true,
  transitionalProcessing: false,
  verifyDNSLength: true,
} as const;

const PLAIN_DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const MAX_PLAIN_LENGTH = 63;

/**
 * A domainpart as it is compared: lower case, U-labels, no final dot; or an IP address.
 *
 * @spec RFC 7622 §3.2
 */
export function prepareDomain(text: string): string | undefined {
  const domain = text.endsWith('.') ? text.slice(0, -1) : text;
  if (domain.length <= MAX_PLAIN_LENGTH && PLAIN_DOMAIN.test(domain) && !domain.includes('--')) return domain;
  if (domain.startsWith('[') && domain.endsWith(']')) {
    return isIPv6(domain.slice(1, -1)) && !domain.includes('%') ? domain.toLowerCase() : undefined;
  }
  if (isIPv4(domain)) return domain;
  return prepareName(domain);
}

function prepareName(domain: string): string | undefined {
  const ascii = toASCII(domain, IDNA);
  if (ascii === null || ascii === '') return undefined;
  const unicode = toUnicode(ascii, IDNA);
  return unicode.error || !unicode.domain.split('.').every(isULabel) ? undefined : unicode.domain;
}

/**
 * The package knows the mappings and limits of UTS 46, which lets symbols pass that IDNA 2008 does not.
 * It has checked the joiners, better than the identifier class can.
 *
 * @spec RFC 5892 §3
 */
function isULabel(label: string): boolean {
  return !/[^\0-~]/.test(label) || isIdentifier(label.replace(/[\u200C\u200D]/g, ''));
}
