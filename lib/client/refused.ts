/** The server refuses: the same once more makes no sense. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
