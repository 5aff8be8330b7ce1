-- The product shop: a load for trying out and for tests.
create table brand (
  brand_id integer primary key,
  brand_name text not null
);
create table product (
  product_id integer primary key,
  product_name text not null,
  brand_id integer not null references brand
);
create table product_color (
  product_color_id integer primary key,
  product_color_name text not null
);
create table product_size (
  product_size_id integer primary key,
  product_size_name text not null
);
create table sku (
  sku_id integer primary key,
  product_id integer not null references product,
  product_color_id integer not null references product_color,
  product_size_id integer not null references product_size,
  stock integer not null default 100
);
create index on sku (product_id);
