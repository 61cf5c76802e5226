/**
 * The kinds of refusal: not XML at all, XML that XMPP forbids, a limit reached, bytes that are not UTF-8.
 *
 * @spec RFC 6120 §11.1
 * @spec RFC 6120 §11.3
 */
export type XmlCondition = 'not-well-formed' | 'restricted-xml' | 'too-big' | 'invalid-encoding';

/** Why a document was refused. `reason` never quotes more than a name. */
export interface XmlError {
  readonly condition: XmlCondition;
  /** UTF-16 units from the start of the document. */
  readonly offset: number;
  readonly reason: string;
}

/** How much of everything one document may have. */
export interface XmlLimits {
  /** Length of the document: bytes where it is given as bytes, UTF-16 units where it is text. */
  readonly bytes: number;
  /** Elements inside one another, the root included. */
  readonly depth: number;
  /** Elements in all. */
  readonly elements: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number;
  /** UTF-16 units of one name. */
  readonly name: number;
  /** Prefixes declared at the same time. */
  readonly prefixes: number;
}

export const XML_LIMITS: XmlLimits = {
  bytes: 256 * 1024,
  depth: 64,
  elements: 16_384,
  attributes: 64,
  name: 256,
  prefixes: 32,
};

/** Carries a refusal out of the depth of a reader, which turns it into a value. */
export class Refusal implements XmlError {
  readonly condition: XmlCondition;
  readonly offset: number;
  readonly reason: string;

  constructor(condition: XmlCondition, offset: number, reason: string) {
    this.condition = condition;
    this.offset = offset;
    this.reason = reason;
  }
}
