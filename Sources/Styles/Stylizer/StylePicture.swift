import Pictures

/// A style picture and its share among the others; shares need not add up to 1.
package struct StylePicture: Sendable {
    package let picture: Picture
    package let weight: Double

    package init(_ picture: Picture, weight: Double = 1) {
        self.picture = picture
        self.weight = weight
    }
}

/// What a picture is repainted after.
package enum StyleSource: Sendable {
    case pictures([StylePicture])
    case numbered([StyleRecipe.NumberedStyle])
}
