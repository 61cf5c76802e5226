/** Which of the numbered messages have arrived. Numbers begin with 1 and come in order, so that a gap is a loss. */
export class Tally {
  sent = 0;
  received = 0;
  lost = 0;
  duplicated = 0;
  #next = 1;

  /** Sent, and neither here nor known to be lost. */
  get onTheWay(): number {
    return this.sent - this.received - this.lost;
  }

  /** @returns the number of the message that is sent now */
  send(): number {
    this.sent += 1;
    return this.sent;
  }

  /** @returns whether it is the first time */
  take(number: number): boolean {
    if (number < this.#next) {
      this.duplicated += 1;
      return false;
    }
    this.lost += number - this.#next;
    this.#next = number + 1;
    this.received += 1;
    return true;
  }

  /** The session is gone, and with it what was on the way. */
  giveUp(): void {
    this.lost += this.onTheWay;
    this.#next = this.sent + 1;
  }
}
