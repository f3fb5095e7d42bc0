/** Everything behind the sign-in form, in one piece of program that is loaded once the form can be typed in. */
export { default as ChooseCode } from '../features/lock/ChooseCode.svelte';
export { default as Lock } from '../features/lock/Lock.svelte';
export { default as EnrolTotp } from '../features/sign-in/EnrolTotp.svelte';
export { default as Inside } from './Inside.svelte';
export { default as KeyMap } from './KeyMap.svelte';
export { default as ChangePassword } from '../features/sign-in/ChangePassword.svelte';
