/** An instruction of classic BPF (include/uapi/linux/filter.h). Jumps go to the next or to the last instruction. */
type Instruction = readonly [code: number, operand: number, jump?: 'else reject' | 'then reject'];

/** Assembles a socket filter. The last instruction rejects; the kernel rejects messages too short for a load. */
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
