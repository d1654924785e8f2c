namespace Shop.Catalog.Listing;

[Event("shop.product-listed.v1", Key = nameof(ProductId))]
internal sealed record ProductListed(string ProductId, string Name, decimal Price, int Version);
