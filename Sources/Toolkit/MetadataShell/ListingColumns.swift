/// Names beside and below each other, as many columns as a screen has room for: each as wide as its longest name and two blanks, filled one after another.
struct ListingColumns {
    /// Characters in a line; nil for a name a line.
    let screenWidth: Int?

    /// The lines that show the names.
    func lines(_ names: [String]) -> [String] {
        guard !names.isEmpty else { return [] }
        let layout = layout(names)
        return (0..<(names.count + layout.widths.count - 1) / layout.widths.count).map { line in
            var text = ""
            for (column, width) in layout.widths.enumerated() {
                let index = line + column * layout.perColumn
                guard index < names.count else { continue }
                text += column == layout.widths.count - 1 ? names[index] : Table.pad(names[index], width)
            }
            return text
        }
    }

    /// The widest layout that fits and leaves no column empty; one column when none does.
    private func layout(_ names: [String]) -> (widths: [Int], perColumn: Int) {
        let most = max(1, (screenWidth ?? 0) / 4)
        for count in stride(from: most, to: 1, by: -1) {
            let perColumn = (names.count + count - 1) / count
            var widths = [Int](repeating: 0, count: count)
            for (index, name) in names.enumerated() { widths[index / perColumn] = max(widths[index / perColumn], name.utf16.count + 2) }
            if widths[count - 1] > 0, widths.reduce(0, +) <= screenWidth ?? 0 { return (widths, perColumn) }
        }
        return ([0], names.count)
    }
}
