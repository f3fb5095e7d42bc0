// The same mark the application sets when its sign-in form takes input.
performance.mark("interactive");
