// What the rows of a state hold is counted as it changes, and is what a count from scratch gives.

import { contentsOf } from '../../src/domain/size.ts';
import { holds, type Watch } from './called.ts';

export const contentsAreCounted: Watch = ({ kernel }) => {
  const counted = contentsOf(kernel);
  holds(
    kernel.contents === counted,
    () => `contents are ${kernel.contents}, a count gives ${counted}`,
  );
};
