/**
 * Goes on with a value: in the same turn if it is at hand, when it comes if it is not. A hot way that mostly has all at hand spares
 * so a promise and a turn of microtasks for each of its layers.
 *
 * What `goOn` throws is thrown if the value was at hand, and rejects the promise if not.
 */
export function whenThere<Value, Result>(
  value: Value | Promise<Value>,
  goOn: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}
