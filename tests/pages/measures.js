// What a test measures on a page: texts that are too dim, targets that are too small, things without a name.
({
  everything: "a, button, summary, input:not([type=hidden]), select, textarea",

  // The relative luminance of WCAG 2.2; a text over several half-open grounds is laid over them first.
  dimTexts() {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
    const ground = (element) => {
      const layers = [];
      for (let one = element; one; one = one.parentElement) {
        const colour = rgba(getComputedStyle(one).backgroundColor);
        if (colour[3]) layers.push(colour);
        if (colour[3] === 1) break;
      }
      return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
    };
    const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const light = (colour) => {
      const [r, g, b] = colour.slice(0, 3).map((value) => linear(value / 255));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const dim = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent.trim();
      if (!text || element.closest(".vh, .skip, noscript, option")) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const style = getComputedStyle(element);
      const [one, two] = [light(over(rgba(style.color), ground(element))), light(ground(element))];
      const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) dim.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
    }
    return dim;
  },

  // Links within running text may be as small as the text.
  smallTargets() {
    const touched = (one) => (one.matches("[type=radio], [type=checkbox]") ? one.closest("label") : one.closest("tr") || one);
    return [...document.querySelectorAll(this.everything)]
      .filter((one) => one.checkVisibility() && !one.closest("p, dd, li span, .vh, .cite, h3, .skip"))
      .map((one) => [one, touched(one).getBoundingClientRect()])
      .filter(([, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
      .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width.toFixed()}x${box.height.toFixed()}`);
  },

  nameless() {
    return [...document.querySelectorAll(this.everything)]
      .filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length || one.title))
      .map((one) => one.outerHTML.slice(0, 120));
  },

  isTooWide() {
    return document.documentElement.scrollWidth > innerWidth;
  },

  focused() {
    return document.activeElement.ariaLabel || document.activeElement.textContent.trim();
  },

  moving() {
    return document.getAnimations().filter((one) => one.effect.getTiming().duration > 10).length;
  },
})
