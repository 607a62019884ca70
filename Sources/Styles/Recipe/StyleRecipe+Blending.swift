extension StyleRecipe {
    /// One recipe of several: their pictures, or their numbered styles, each recipe with its share.
    ///
    /// Options of earlier recipes go before those of later ones; a single recipe stays as it is.
    /// - Throws: `StyleError.recipeContradicts` for no recipe, or for pictures beside numbered styles;
    ///   `.optionInvalid` for a weight that is not above 0.
    package init(blending parts: [(recipe: StyleRecipe, weight: Double)]) throws(StyleError) {
        guard let first = parts.first else { throw .recipeContradicts(why: "no style is given") }
        if parts.count == 1 {
            self = first.recipe
            return
        }
        var pictures: [WeightedPicture] = []
        var numbered: [NumberedStyle] = []
        for (recipe, weight) in parts {
            guard weight > 0, weight <= 1e6 else {
                throw .optionInvalid(key: "weight", value: "\(weight)", allowed: "above 0, at most 1e6")
            }
            switch recipe.source {
            case .pictures(let entries):
                let total = entries.reduce(0) { $0 + $1.weight }
                pictures += entries.map { WeightedPicture(path: $0.path, weight: $0.weight / total * weight) }
            case .numbered(let entries):
                let total = entries.reduce(0) { $0 + $1.weight }
                numbered += entries.map { NumberedStyle(style: $0.style, weight: $0.weight / total * weight) }
            }
        }
        guard pictures.isEmpty || numbered.isEmpty else {
            throw .recipeContradicts(why: "style pictures and numbered styles cannot be blended")
        }
        self.init(
            source: pictures.isEmpty ? .numbered(numbered) : .pictures(pictures),
            options: parts.dropFirst().reduce(first.recipe.options) { $0.over($1.recipe.options) })
    }
}
