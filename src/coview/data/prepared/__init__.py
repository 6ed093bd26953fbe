"""From raw values to stored columns: read, fitted, collated, and kept between runs."""
