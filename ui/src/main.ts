import './design/base.css';
import { mount } from 'svelte';
import { bridge } from './bridge';
import App from './shell/App.svelte';

const target = document.getElementById('app');
if (target && bridge.screen === 'second') void import('./shell/SecondScreen.svelte').then(({ default: SecondScreen }) => mount(SecondScreen, { target }));
else if (target) mount(App, { target });
