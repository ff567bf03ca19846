import { assembleFilter } from '../net/assemble-filter.ts';
import { ATTRIBUTES_AT, CTA_STATUS, IPS_DST_NAT, IPS_SRC_NAT } from './message.ts';

/** Instruction codes (include/uapi/linux/bpf_common.h). A and X are the two registers. */
const A_IS = 0x00;
const X_IS = 0x01;
const LOAD_WORD = 0x20;
const LOAD_WORD_FROM_X = 0x40;
const X_IS_A = 0x07;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_ANY_BIT = 0x45;
const RETURN = 0x06;

/** SKF_AD_OFF + SKF_AD_NLATTR (include/uapi/linux/filter.h): offset of attribute X, searched from A; 0 if absent. */
const FOUND_ATTRIBUTE = 0xfffff000 + 12;
const NLA_HEADER = 4;
const ALL = 0xffffffff;

/**
 * Accepts conntrack messages whose CTA_STATUS has a NAT bit, so that the others cost no more than this filter. Loads
 * convert from network byte order to the host's.
 */
export const NAT_FILTER: Buffer = assembleFilter([
  [A_IS, ATTRIBUTES_AT],
  [X_IS, CTA_STATUS],
  [LOAD_WORD, FOUND_ATTRIBUTE],
  [JUMP_IF_EQUAL, 0, 'then reject'],
  [X_IS_A, 0],
  [LOAD_WORD_FROM_X, NLA_HEADER],
  [JUMP_IF_ANY_BIT, IPS_SRC_NAT | IPS_DST_NAT, 'else reject'],
  [RETURN, ALL],
  [RETURN, 0],
]);
