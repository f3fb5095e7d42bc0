import type { SliceView, StackView } from '../../../bridge';

/** One image of a stack; what is usual is said. */
export type Slice = { [Part in keyof SliceView]-?: Exclude<SliceView[Part], undefined> | (Part extends 'number' | 'position' | 'towards' ? null : never) };

/** Images that belong behind each other. */
export type Stack = Omit<StackView, 'slices' | 'instances'> & { slices: Slice[] };

const USUAL: Omit<Slice, 'instance'> = { frame: 1, number: null, identity: 0, position: null, lossy: false, annotated: false, laterality: '', view: '', towards: null };

/** A stack as it is used, from what is told of it. */
export const stackOf = ({ slices, instances, ...stack }: StackView): Stack => ({ ...stack, slices: slices.map((slice) => ({ ...USUAL, ...slice, instance: instances + slice.instance })) });
