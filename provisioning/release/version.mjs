/**
 * The three numbers of a version such as 1.2.3, or undefined.
 * @param {string} text
 * @returns {[number, number, number] | undefined}
 */
function parseVersion(text) {
  const match = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/**
 * Why a version cannot follow the current one, or undefined.
 * @param {string} next
 * @param {string} current
 */
export function whyNotNext(next, current) {
  const after = parseVersion(next);
  const before = parseVersion(current);
  if (!after) return `invalid version ${JSON.stringify(next)} (expected X.Y.Z)`;
  if (!before) return undefined;
  const differing = after.findIndex((number, i) => number !== before[i]);
  const isLater = differing >= 0 && Number(after[differing]) > Number(before[differing]);
  return isLater ? undefined : `version ${next} is not later than the current ${current}`;
}
