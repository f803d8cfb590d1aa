/** Words that grow. */
export class Words {
  data: Int32Array<ArrayBuffer>;
  length = 0;

  constructor(size: number) {
    this.data = new Int32Array(size);
  }

  reserve(more: number): void {
    if (this.length + more <= this.data.length) return;
    const grown = new Int32Array(Math.max(this.data.length * 2, this.length + more));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }

  take(): Int32Array<ArrayBuffer> {
    const taken = this.data.slice(0, this.length);
    this.length = 0;
    return taken;
  }
}
