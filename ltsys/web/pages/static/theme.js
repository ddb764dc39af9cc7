// Before anything is painted: the theme that was chosen here, if any.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* private windows keep nothing */ }
