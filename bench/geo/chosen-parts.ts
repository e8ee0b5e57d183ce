/** The parts that were asked for: none means all. Throws for a name that is none of them. */
export function chosenParts(names: readonly string[], all: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no part '${unknown}'; parts are ${all.join(', ')}`);
  }
  return names.length === 0 ? all : [...new Set(names)];
}
