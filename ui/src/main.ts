import './design/base.css';
import { mount } from 'svelte';
import App from './shell/App.svelte';

const place = document.getElementById('app');
if (place) mount(App, { target: place });
