/** An instruction of classic BPF (include/uapi/linux/filter.h), of which those that jump go on or to the last. */
type Instruction = readonly [code: number, operand: number, jump?: 'else reject' | 'then reject'];

/** A program for a socket. The last instruction rejects; what is too short for a load is rejected by the kernel. */
export function assembleFilter(instructions: readonly Instruction[]): Buffer {
  return Buffer.concat(
    instructions.map(([code, operand, jump], at) => {
      const instruction = Buffer.alloc(8);
      instruction.writeUInt16LE(code, 0);
      const toLast = instructions.length - at - 2;
      instruction.writeUInt8(jump === 'then reject' ? toLast : 0, 2);
      instruction.writeUInt8(jump === 'else reject' ? toLast : 0, 3);
      instruction.writeUInt32LE(operand, 4);
      return instruction;
    }),
  );
}
