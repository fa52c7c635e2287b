/// <reference types="svelte-clerk/env" />
