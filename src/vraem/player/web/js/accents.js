/* Names of places as they are written in Spanish: tables hold them without accents. */

const ACCENTED = {
  Apurimac: "Apurímac", Ashaninka: "Asháninka", Concepcion: "Concepción", Corazon: "Corazón", Jose: "José", Junin: "Junín", Martin: "Martín",
  Perene: "Perené", Rio: "Río", Union: "Unión", Vizcatan: "Vizcatán",
};

/** A name with the accents of the words that are known to bear them. */
export function accented(text) {
  return text.replace(/\p{L}+/gu, (word) => (Object.hasOwn(ACCENTED, word) ? ACCENTED[word] : word));
}
